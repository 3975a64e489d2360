import type { Readable, Writable } from "node:stream";
import { select, text } from "@clack/prompts";
import { type Answers, type Authentication, wrongBaseUrl, wrongName } from "./answers.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { wordsOf } from "./words.ts";

/** Where questions go and answers come from. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Whoever was asked has left. */
export class GivenUp extends Error {}

const styles: readonly { readonly value: Authentication; readonly label: string }[] = [
  { value: "bearer", label: "Authorization: Bearer KEY" },
  { value: "header", label: "X-Api-Key: KEY" },
  { value: "basic", label: "user name and password in every request" },
  { value: "login", label: "user name and password for a token that ends" },
];

/**
 * What the command line left open, asked for on a terminal.
 *
 * @throws {@link UsageError} naming what is missing where there is nobody to ask, {@link GivenUp} after Ctrl-C.
 */
export async function answersOf(given: Arguments, terminal: Terminal | undefined): Promise<Answers> {
  const known = given.yes ? { auth: "bearer" as const, ...given } : given;
  const asked = given.yes ? undefined : terminal;
  if (asked === undefined) refuseMissing(known, given.yes);
  const name = known.name ?? (await ask(asked, "What is the cloud called?", "tensor-barn", wrongName));
  const example = `https://api.${wordsOf(name).id}.example/v1`;
  const baseUrl = known.baseUrl ?? (await ask(asked, "Where is its API?", example, wrongBaseUrl));
  const auth = known.auth ?? (await choose(asked));
  const directory = known.directory ?? wordsOf(name).packageName.replace(/^.*\//, "");
  return { name, baseUrl, auth, directory };
}

function refuseMissing({ name, baseUrl, auth }: Partial<Answers>, yes: boolean): void {
  const flags = { "--name": name, "--base-url": baseUrl, "--auth": auth };
  const missing = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [flag] : []));
  if (missing.length === 0) return;
  const why = yes ? "and --yes asks nothing" : "and there is no terminal to ask on";
  throw new UsageError(`missing ${missing.join(", ")}, ${why}`);
}

async function ask(
  terminal: Terminal | undefined,
  message: string,
  placeholder: string,
  validate: (value: string | undefined) => string | undefined,
): Promise<string> {
  return answered(await text({ ...terminal, message, placeholder, validate }));
}

async function choose(terminal: Terminal | undefined): Promise<Authentication> {
  const options = [...styles];
  return answered<Authentication>(
    await select<Authentication>({ ...terminal, message: "How does it know who asks?", options }),
  );
}

/** Ctrl-C is answered with a symbol. */
function answered<Value extends string>(answer: Value | symbol): Value {
  if (typeof answer === "symbol") throw new GivenUp("given up; nothing was written");
  return answer;
}
