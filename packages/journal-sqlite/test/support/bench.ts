import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type SharedJournalBench, startJournalProcess } from "@gpuport/conformance";
import type { ClosableJournal } from "@gpuport/core";
import { sqliteJournal } from "../../src/index.ts";

/** A new file in a folder of its own, and everything that has it open. */
export async function openBench(): Promise<SharedJournalBench & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "gpuport-journal-"));
  const path = join(folder, "launches.sqlite");
  const open: { readonly close: () => Promise<void> }[] = [];
  const opened = (holdMs?: number): ClosableJournal => {
    const journal = sqliteJournal({ path, holdMs });
    open.push(journal);
    return journal;
  };
  return {
    path,
    journal: opened(),
    another: async ({ holdMs } = {}) => opened(holdMs),
    async elsewhere({ holdMs } = {}) {
      const args = holdMs === undefined ? [path] : [path, String(holdMs)];
      const process = await startJournalProcess(new URL("child.ts", import.meta.url), args, nodeOptions);
      open.push(process);
      return process;
    },
    async holdEndsAt(provider, key) {
      const query = "select expires_at from holds where provider = ? and key = ?";
      return inside(path, (database) => Number(database.prepare(query).get(provider, key)?.["expires_at"]));
    },
    async endHold(provider, key) {
      const query = "update holds set expires_at = 0 where provider = ? and key = ?";
      inside(path, (database) => database.prepare(query).run(provider, key));
    },
    async close() {
      await Promise.all(open.map((each) => each.close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** How a child of the tests runs the sources. */
export const nodeOptions: readonly string[] = [
  "--conditions=@gpuport/source",
  "--disable-warning=ExperimentalWarning",
];

/** Works on the file itself. */
export function inside<Result>(path: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma busy_timeout = 5000");
    return work(database);
  } finally {
    database.close();
  }
}
