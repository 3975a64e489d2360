import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { configurationError, type Located } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

/** A configuration as it was found: nothing checked, nothing filled in. */
export interface Source extends Located {
  readonly content: unknown;
  /** From where third-party packages and relative paths are resolved. */
  readonly directory: string;
}

const fileNames = ["gpuport.yaml", "gpuport.yml", "gpuport.json"];
const texts = [".yaml", ".yml", ".json"];
const modules = [".js", ".mjs", ".ts", ".mts"];
const nowhere = (): undefined => undefined;

/** The file of the usual name in this directory, if there is one. */
export function findFile(directory: string): string | undefined {
  const [found, second] = fileNames.map((name) => join(directory, name)).filter((path) => existsSync(path));
  if (found === undefined || second === undefined) return found;
  const message = `there is ${second} beside it; remove one, or pass the path of the one that is meant`;
  throw configurationError([{ place: [], message }], { file: found, locate: nowhere });
}

/** An object as it is. */
export function fromObject(content: object, directory: string): Source {
  return { content, directory, locate: nowhere };
}

/** YAML or JSON is parsed, a module imported for its default export. */
export async function readSource(path: string, directory: string): Promise<Source> {
  const file = resolve(directory, path);
  const extension = extname(file).toLowerCase();
  if (texts.includes(extension)) return readText(file);
  if (modules.includes(extension)) return importModule(file);
  const message = `a configuration is a file that ends in ${[...texts, ...modules].join(", ")}`;
  throw configurationError([{ place: [], message }], { file, locate: nowhere });
}

async function readText(file: string): Promise<Source> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw unreadable(file, "cannot be read", cause);
  }
  const { content, problem, locate } = parseYaml(text);
  if (problem !== undefined) {
    throw configurationError([problem], { file, locate: () => problem.position });
  }
  return { content, file, directory: dirname(file), locate };
}

async function importModule(file: string): Promise<Source> {
  if (!existsSync(file)) throw unreadable(file, "cannot be read", { code: "ENOENT" });
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw unreadable(file, "cannot be imported", cause);
  }
  if (module.default === undefined) {
    const message = "has no default export; write `export default defineConfig({ … })`";
    throw configurationError([{ place: [], message }], { file, locate: nowhere });
  }
  return { content: module.default, file, directory: dirname(file), locate: nowhere };
}

function unreadable(file: string, what: string, cause: unknown): Error {
  const code =
    typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined;
  const why =
    code === "ENOENT" ? "there is no such file" : (code ?? (cause instanceof Error ? cause.name : ""));
  const message = `${what}: ${why} (${dirname(file)})`;
  return configurationError([{ place: [], message, cause }], { file, locate: nowhere });
}
