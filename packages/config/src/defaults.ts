import type { LaunchDefaults } from "@gpuport/core";

/**
 * A provider's defaults over those of all providers, by the rules that a request is laid over its defaults with: two
 * ways to say one thing replace each other, variables and options of clouds are joined.
 */
export function mergedDefaults(general: LaunchDefaults, given: LaunchDefaults): LaunchDefaults {
  const merged = { ...general };
  const own: LaunchDefaults = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (own.offerId !== undefined) delete merged.gpu;
  if (own.gpu !== undefined) delete merged.offerId;
  if (own.snapshot !== undefined) delete merged.image;
  if (own.image !== undefined) delete merged.snapshot;
  return {
    ...merged,
    ...own,
    ...(general.env && own.env ? { env: { ...general.env, ...own.env } } : {}),
    ...(general.providerOptions && own.providerOptions
      ? { providerOptions: mergedOptions(general.providerOptions, own.providerOptions) }
      : {}),
  };
}

type ProviderOptions = NonNullable<LaunchDefaults["providerOptions"]>;

function mergedOptions(general: ProviderOptions, own: ProviderOptions): ProviderOptions {
  const ids = new Set([...Object.keys(general), ...Object.keys(own)]);
  return Object.fromEntries([...ids].map((id) => [id, { ...general[id], ...own[id] }]));
}
