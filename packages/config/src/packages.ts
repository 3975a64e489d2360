import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The URL that a package of the application has, seen from a directory of it. `import` alone would look beside this
 * package, where strict package managers put only what this package itself depends on.
 */
export function locatePackage(name: string, directory: string): string | undefined {
  const require = createRequire(join(directory, "package.json"));
  try {
    const path = require.resolve(name);
    return isAbsolute(path) ? pathToFileURL(path).href : path;
  } catch (error) {
    if (codeOf(error) !== "ERR_PACKAGE_PATH_NOT_EXPORTED") return undefined;
    return importOnly(name, require.resolve.paths(name) ?? []);
  }
}

/** `code` of a system error or one of Node's. */
export function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

/** Whether this very package is not there, rather than something that it imports. */
export function isMissing(error: unknown, name: string): boolean {
  return (
    codeOf(error) === "ERR_MODULE_NOT_FOUND" &&
    error instanceof Error &&
    error.message.includes(`package '${name}'`)
  );
}

/** A package that exports to `import` only, which `require.resolve` does not see. */
function importOnly(name: string, folders: readonly string[]): string | undefined {
  const [, owner = name, below = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(name) ?? [];
  for (const folder of folders) {
    const manifest = join(folder, owner, "package.json");
    if (!existsSync(manifest)) continue;
    const { exports }: { exports?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
    const target = targetOf(entryOf(exports, `.${below}`));
    return target === undefined ? undefined : pathToFileURL(join(folder, owner, target)).href;
  }
  return undefined;
}

/** `exports` is a map of paths, or directly what "." leads to. */
function entryOf(exports: unknown, path: string): unknown {
  if (!isObject(exports)) return path === "." ? exports : undefined;
  const byPath = Object.keys(exports).some((key) => key.startsWith("."));
  if (byPath) return exports[path];
  return path === "." ? exports : undefined;
}

const conditions = ["import", "node", "module-sync", "default"];

function targetOf(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  if (Array.isArray(entry)) return entry.map(targetOf).find((target) => target !== undefined);
  if (!isObject(entry)) return undefined;
  const fitting = Object.entries(entry).filter(([condition]) => conditions.includes(condition));
  return fitting.map(([, target]) => targetOf(target)).find((target) => target !== undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
