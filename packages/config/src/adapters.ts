import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { adoptAdapter, ComputeError } from "@gpuport/core";
import { codeOf, isMissing, locatePackage } from "./packages.ts";
import { didYouMean, suggestion } from "./suggest.ts";
import type { AnyAdapter } from "./types.ts";

interface KnownAdapter {
  readonly package: string;
  readonly load: () => Promise<AnyAdapter>;
}

/** The one place that names adapters. Literal specifiers, so that bundlers see them; nothing loads before its use. */
const known: Readonly<Record<string, KnownAdapter>> = {
  vast: { package: "@gpuport/vast", load: async () => (await import("@gpuport/vast")).vast },
  glows: { package: "@gpuport/glows", load: async () => (await import("@gpuport/glows")).glows },
  pody: { package: "@gpuport/pody", load: async () => (await import("@gpuport/pody")).pody },
  "hpc-ai": { package: "@gpuport/hpc-ai", load: async () => (await import("@gpuport/hpc-ai")).hpcAi },
  runpod: { package: "@gpuport/runpod", load: async () => (await import("@gpuport/runpod")).runpod },
  lambda: { package: "@gpuport/lambda", load: async () => (await import("@gpuport/lambda")).lambda },
};

export const knownAdapters: readonly string[] = Object.keys(known);

/** How a name of an adapter is made an adapter. */
export interface AdapterSources {
  /** From where packages and relative paths are resolved. */
  readonly directory: string;
  readonly adapters?: Readonly<Record<string, AnyAdapter>> | undefined;
}

/**
 * Loads what a configuration calls an adapter.
 *
 * @throws `invalid_config` with field `adapter`.
 */
export async function loadAdapter(name: unknown, sources: AdapterSources): Promise<AnyAdapter> {
  if (typeof name === "function") return asAdapter(name, "this function");
  if (typeof name !== "string" || name === "")
    refuse(`missing${suggestion("", knownAdapters)}, or a package`);
  const given = sources.adapters;
  if (given !== undefined && Object.hasOwn(given, name))
    return asAdapter(given[name], "the adapter in its place");
  if (!Object.hasOwn(known, name)) return loadThirdParty(name, sources.directory);
  return (await loadKnown(name)) ?? refuse(`${name} is not installed: npm install ${packageOf(name)}`);
}

/**
 * A known adapter, or `undefined` when its package is not installed.
 *
 * @throws `invalid_config` when it is installed and broken.
 */
export async function loadKnown(name: string): Promise<AnyAdapter | undefined> {
  try {
    return await known[name]?.load();
  } catch (error) {
    if (isMissing(error, packageOf(name))) return undefined;
    return refuse(`${packageOf(name)} cannot be loaded`, error);
  }
}

export function packageOf(name: string): string {
  return known[name]?.package ?? name;
}

async function loadThirdParty(name: string, directory: string): Promise<AnyAdapter> {
  const [specifier = "", exportName] = splitName(name);
  const module = await importFrom(directory, specifier);
  return exportName === undefined
    ? onlyAdapter(module, specifier)
    : namedAdapter(module, specifier, exportName);
}

async function importFrom(directory: string, specifier: string): Promise<Readonly<Record<string, unknown>>> {
  const isFile = /^\.{1,2}\//.test(specifier) || isAbsolute(specifier);
  const url = isFile
    ? pathToFileURL(resolve(directory, specifier)).href
    : locatePackage(specifier, directory);
  try {
    return await import(url ?? specifier);
  } catch (error) {
    if (isFile && codeOf(error) === "ERR_MODULE_NOT_FOUND") {
      refuse(`${specifier} cannot be loaded: it, or something that it imports, does not exist`, error);
    }
    if (url === undefined && isMissing(error, specifier)) {
      const meant = didYouMean(specifier, knownAdapters);
      refuse(`${specifier} is neither a known adapter nor an installed package${meant}`, error);
    }
    return refuse(`${specifier} cannot be loaded`, error);
  }
}

/** `pkg#exportName`. */
function splitName(name: string): readonly string[] {
  const mark = name.lastIndexOf("#");
  return mark <= 0 ? [name] : [name.slice(0, mark), name.slice(mark + 1)];
}

function namedAdapter(
  module: Readonly<Record<string, unknown>>,
  specifier: string,
  exportName: string,
): AnyAdapter {
  if (!Object.hasOwn(module, exportName)) {
    const names = adaptersIn(module).map(([name]) => name);
    refuse(
      `${specifier} has no export ${exportName}${names.length === 0 ? "" : suggestion(exportName, names)}`,
    );
  }
  return asAdapter(module[exportName], `${specifier}#${exportName}`);
}

function onlyAdapter(module: Readonly<Record<string, unknown>>, specifier: string): AnyAdapter {
  const found = adaptersIn(module);
  const [first, ...others] = found;
  if (first === undefined) refuse(`${specifier} exports no adapter made with defineAdapter`);
  if (others.length > 0) {
    const choices = found.map(([name]) => `"${specifier}#${name}"`).join(" or ");
    refuse(`${specifier} exports several adapters; say which: ${choices}`);
  }
  return asAdapter(first[1], specifier);
}

/** Each once, whatever the number of names that it is exported under. */
function adaptersIn(module: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  const byValue = new Map<unknown, string>();
  for (const [name, value] of Object.entries(module)) {
    if (looksLikeAdapter(value) && (!byValue.has(value) || name !== "default")) byValue.set(value, name);
  }
  return [...byValue].map(([value, name]) => [name, value]);
}

function looksLikeAdapter(value: unknown): value is AnyAdapter {
  return typeof value === "function" && "id" in value && "specVersion" in value;
}

function asAdapter(value: unknown, what: string): AnyAdapter {
  if (!looksLikeAdapter(value)) refuse(`${what} is not an adapter made with defineAdapter`);
  const adapter = adoptAdapter(value, what);
  const { id, options, env, tables } = adapter;
  const complete = typeof id === "string" && isObject(options?.shape) && Array.isArray(env);
  if (!complete || !isObject(tables?.endpoints)) {
    refuse(`${what} is not a complete adapter: it lacks its id, options, env or tables`);
  }
  return adapter;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function refuse(message: string, cause?: unknown): never {
  throw new ComputeError({ code: "invalid_config", field: "adapter", message, cause });
}
