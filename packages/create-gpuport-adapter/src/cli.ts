#!/usr/bin/env node
import { wrongDirectory } from "./answers.ts";
import { type Arguments, readArguments, UsageError, usage } from "./arguments.ts";
import { createAdapter } from "./create.ts";
import { answersOf, GivenUp } from "./questions.ts";

const failed = 1;
const wrongUsage = 2;
const givenUp = 130;

async function main(): Promise<number> {
  let given: Arguments;
  try {
    given = readArguments(process.argv.slice(2));
    if (!given.help) return await create(given);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof GivenUp) return givenUp;
    return error instanceof UsageError ? wrongUsage : failed;
  }
}

async function create(given: Arguments): Promise<number> {
  const { stdin: input, stdout: output } = process;
  const answers = await answersOf(given, input.isTTY && output.isTTY ? { input, output } : undefined);
  const { directory } = answers;
  const wrong = wrongDirectory(directory);
  if (wrong !== undefined) throw new UsageError(`--directory: ${wrong}`);
  const files = await createAdapter(answers);
  output.write(`Wrote ${files.length} files to ${directory}. It works as it stands, against a server of its own:

  cd ${directory}
  npm install
  npm run check    types, lint, build, the conformance kit and the README

Then make it your cloud's. The guide "Add a cloud" (docs/add-a-cloud.md of gpuport) goes through it file by file.
`);
  return 0;
}

process.exitCode = await main();
