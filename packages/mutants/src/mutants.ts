import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { expectedPath, readExpected } from "./expected.ts";
import { runTasks } from "./lanes.ts";
import { mutants } from "./mutants/index.ts";
import { brief, lastLine, lines, page, type Row } from "./report.ts";

const usage = `pnpm mutants [NAME ...]

Holds the conformance kit against adapters that are broken on purpose. Each mutant must be caught by a case about such a
defect, and the sound adapter must pass every case in the same run.

  NAME         only mutants whose name holds this
  --whole      forgets which case caught a mutant before, and searches the whole kit
  --write      writes docs/mutants.md, and which case caught which mutant
  --missed     prints only what was not caught
  --workers N  processes; two for each processor when left out, because many cases wait

Ends with 0 when every mutant was caught.
`;

const docsPath = join(import.meta.dirname, "../../../docs/mutants.md");

/** Resolves when it is written. */
function say(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

/** Keeps what was found: what was not looked at stays as it was, and what is not caught any more goes. */
function write(rows: readonly Row[]): void {
  const before = readExpected();
  const now = new Map(rows.map(({ mutant, verdict }) => [mutant.name, verdict.caught]));
  const kept = mutants.flatMap(({ name }) => {
    const caught = now.has(name) ? now.get(name) : before[name];
    return caught === undefined ? [] : [[name, { ...caught, message: brief(caught.message) }] as const];
  });
  const expected = Object.fromEntries(kept);
  writeFileSync(expectedPath, `${JSON.stringify(expected, null, 2)}\n`);
  writeFileSync(docsPath, page(mutants, expected));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ whole: { type: "boolean" }, write: { type: "boolean" }, missed: { type: "boolean" } },
      ...{ workers: { type: "string" }, help: { type: "boolean" } },
    },
  });
  if (values.help) {
    await say(usage.trimEnd());
    return 0;
  }
  const chosen = mutants.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  );
  const known = values.whole ? {} : readExpected();
  const tasks = [{}, ...chosen.map(({ name }) => ({ mutant: name, expected: known[name]?.name }))];
  const workers = Math.max(1, Number(values.workers ?? 2 * availableParallelism()));
  const { verdicts, sound } = await runTasks(tasks, workers, (count) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${count} of ${tasks.length}   `);
  });
  const rows = chosen.flatMap((mutant): Row[] => {
    const verdict = verdicts.find((one) => one.mutant === mutant.name);
    return verdict === undefined ? [] : [{ mutant, verdict }];
  });
  const shown = rows.filter(({ verdict }) => !values.missed || verdict.caught === undefined);
  await say(shown.flatMap(lines).join("\n"));
  if (sound.length > 0) {
    await say("The sound adapter fails, so nothing is proven:");
    await say(sound.map(({ topic, name, message }) => `  ${topic}: ${name}\n    ${message}`).join("\n"));
  }
  if (values.write) write(rows);
  const caught = rows.filter(({ verdict }) => verdict.caught !== undefined).length;
  await say(lastLine(caught, rows.length));
  return sound.length === 0 && caught === chosen.length ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(2);
}
