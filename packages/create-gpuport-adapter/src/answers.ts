import { readdirSync, statSync } from "node:fs";
import { authentications } from "./authentication.ts";
import { identifiersOfTemplate } from "./template.ts";
import { wordsOf } from "./words.ts";

/** What has to be known to write an adapter. */
export interface Answers {
  /** Of the cloud, `tensor-barn`, or of the package, `@acme/gpuport-tensor-barn`. */
  readonly name: string;
  readonly baseUrl: string;
  readonly auth: Authentication;
  /** Where the package is written: a folder that is empty, or is not there yet. */
  readonly directory: string;
}

/** How a cloud wants to know who is asking. */
export type Authentication = keyof typeof authentications;

/** Adapters that configuration knows by these very ids. */
const taken: readonly string[] = ["vast", "glows", "pody", "hpc-ai"];
const longestId = 40;
const longestBaseUrl = 80;

/** What is wrong with a name, in words for its author; `undefined` when it is good. */
export function wrongName(name: string | undefined): string | undefined {
  if (name === undefined || name === "") return "say what the cloud is called, tensor-barn";
  if (name !== name.toLowerCase()) return "must be lower case, as names of packages and adapters are";
  const { id, camel, packageName } = wordsOf(name);
  if (!/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9-]+$/.test(packageName) || packageName.length > 214) {
    return "must be a name that npm takes: letters, digits and hyphens, with or without a @scope/";
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > longestId) {
    return `must be words of letters and digits with a hyphen between them, ${longestId} characters at most`;
  }
  if (taken.includes(id)) return `${id} is the id of an adapter that gpuport has already`;
  return identifiersOfTemplate().has(camel)
    ? `${camel} is a word of TypeScript or of the adapter's own code: choose another, ${id}-cloud`
    : undefined;
}

/** What is wrong with a base URL; `undefined` when it is good. */
export function wrongBaseUrl(baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined || !URL.canParse(baseUrl))
    return "must be a whole URL, https://api.tensorbarn.example/v1";
  const url = new URL(baseUrl);
  if (url.username !== "" || url.password !== "") {
    return "must hold no credentials: they belong into the adapter's options";
  }
  if (url.protocol !== "https:") return "must be https: every request carries a credential";
  if (url.search !== "" || url.hash !== "") return "must hold no query and no fragment";
  if (url.href.length > longestBaseUrl) return `must be ${longestBaseUrl} characters at most`;
  // It is written into source code and a table.
  return /^[\w.~%:/-]+$/.test(url.href) ? undefined : "must be made of letters, digits and - . _ ~ % alone";
}

export function wrongAuthentication(auth: string): string | undefined {
  return isAuthentication(auth) ? undefined : `must be one of ${Object.keys(authentications).join(", ")}`;
}

export function isAuthentication(auth: string): auth is Authentication {
  return Object.hasOwn(authentications, auth);
}

/** What is wrong with a folder to write to. Nothing is ever written over. */
export function wrongDirectory(directory: string): string | undefined {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return `${directory} is a file`;
  return readdirSync(directory).length === 0 ? undefined : `${directory} is not empty`;
}
