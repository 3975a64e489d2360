import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isComputeError, type Journal, memoryJournal, type Secret, secretSchema } from "@gpuport/core";
import * as z from "zod";
import { isMissing } from "./packages.ts";
import type { Problem } from "./problems.ts";

const fileSchema = z
  .string()
  .min(1)
  .regex(/^(?!:|file:)/, "must be the path of a file; `journal: memory` is the one in memory")
  .describe("A SQLite file for the processes of one machine; relative to the configuration file");

/** What stands under `journal`. */
export const journalSchema = z
  .union(
    [
      z.literal("memory"),
      z.strictObject({ sqlite: fileSchema }),
      z.strictObject({ postgres: secretSchema.describe("The connection string of a PostgreSQL database") }),
    ],
    { error: "must be memory, { sqlite: FILE } or { postgres: CONNECTION STRING }" },
  )
  .describe("Where launches are remembered, for all providers; in memory when left out");

/** A journal of a configuration, or what is wrong with it. */
export interface LoadedJournal {
  readonly journal?: Journal | undefined;
  /** It outlives this process, and others can share it. */
  readonly lasting: boolean;
  readonly problems: readonly Problem[];
  /** Not to be shown. */
  readonly secrets: readonly string[];
}

/** Makes the journal that a configuration names. Its package is loaded now; nothing is opened before the first use. */
export async function loadJournal(configured: unknown, directory: string): Promise<LoadedJournal> {
  const { data } = journalSchema.safeParse(configured);
  const none = { lasting: false, problems: [], secrets: [] };
  if (data === undefined) return none; // not there, or refused with the rest of the configuration
  if (data === "memory") return { ...none, journal: memoryJournal() };
  if ("sqlite" in data) {
    const path = resolve(directory, data.sqlite);
    return loaded("sqlite", [], async () => {
      const { sqliteJournal } = await import("@gpuport/journal-sqlite");
      if (!existsSync(dirname(path))) return `there is no folder ${dirname(path)}`;
      return sqliteJournal({ path });
    });
  }
  const connectionString = data.postgres.reveal();
  return loaded("postgres", [connectionString], async () => {
    const { postgresJournal } = await import("@gpuport/journal-postgres");
    return postgresJournal({ connectionString });
  });
}

async function loaded(
  kind: "sqlite" | "postgres",
  secrets: readonly string[],
  open: () => Promise<Journal | string>,
): Promise<LoadedJournal> {
  const refused = (message: string, cause?: unknown): LoadedJournal => {
    return { lasting: false, problems: [{ place: ["journal", kind], message, cause }], secrets };
  };
  const name = `@gpuport/journal-${kind}`;
  try {
    const journal = await open();
    if (typeof journal === "string") return refused(journal);
    return { journal, lasting: true, problems: [], secrets };
  } catch (error) {
    if (isMissing(error, name)) return refused(`${name} is not installed: npm install ${name}`);
    if (isComputeError(error)) return refused(error.message);
    return refused(`${name} cannot be loaded`, error);
  }
}

/** What the journal of a configuration may be in code. */
export type JournalConfiguration =
  | "memory"
  | { readonly sqlite: string; readonly postgres?: undefined }
  | { readonly postgres: string | Secret; readonly sqlite?: undefined };
