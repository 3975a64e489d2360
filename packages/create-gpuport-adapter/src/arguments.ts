import { parseArgs } from "node:util";
import { type Answers, isAuthentication, wrongAuthentication, wrongBaseUrl, wrongName } from "./answers.ts";

/** What the command line says; the rest is asked for. */
export interface Arguments extends Partial<Answers> {
  readonly help: boolean;
  /** Take what has a default, and ask nothing. */
  readonly yes: boolean;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

export const usage = `Writes a gpuport adapter for a cloud: a package of its own that type-checks, lints, builds and passes its tests.

  npm create gpuport-adapter
  npm create gpuport-adapter -- --name tensor-barn --base-url https://api.tensorbarn.example/v1 --auth bearer

  --name NAME       of the cloud, tensor-barn, which makes the package gpuport-tensor-barn; or of the package,
                    @acme/gpuport-tensor-barn
  --base-url URL    where its API is: https, without credentials
  --auth STYLE      bearer   Authorization: Bearer KEY
                    header   X-Api-Key: KEY
                    basic    user name and password in every request
                    login    user name and password for a token that ends
  --directory PATH  where to write it: a folder that is empty or not there   (the package's name)
  --yes             ask nothing: --auth is bearer when left out
  --help

What is left out is asked for, on a terminal. Exit codes: 0 written, 1 failed, 2 wrong usage, 130 given up; nothing is
written unless it is 0.
`;

/** @throws {@link UsageError} naming the flag. */
export function readArguments(argv: readonly string[]): Arguments {
  const { name, "base-url": baseUrl, auth, directory, help = false, yes = false } = parsed(argv);
  if (name !== undefined) refuse("--name", wrongName(name));
  if (baseUrl !== undefined) refuse("--base-url", wrongBaseUrl(baseUrl));
  if (auth !== undefined) refuse("--auth", wrongAuthentication(auth));
  if (directory === "") refuse("--directory", "must not be empty");
  return {
    ...{ help, yes },
    ...(name !== undefined && { name }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(auth !== undefined && isAuthentication(auth) && { auth }),
    ...(directory !== undefined && { directory }),
  };
}

function refuse(flag: string, wrong: string | undefined): void {
  if (wrong !== undefined) throw new UsageError(`${flag}: ${wrong}`);
}

function parsed(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { name: text, "base-url": text, auth: text, directory: text, help: flag, yes: flag };
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
