export { type Tokens, tokens } from "./container.ts";
export type { JournalConfiguration } from "./journal.ts";
export { generateConfigurationSchema } from "./json-schema.ts";
export { defineConfig, openProviders } from "./open.ts";
export type { Environment } from "./references.ts";
export type { AnyAdapter, Configuration, OpenOverrides, ProviderConfiguration, Providers } from "./types.ts";
