import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Catch } from "./judge.ts";

/**
 * Which case caught which mutant, and what it said: the next run begins with it, and the page in the docs is written from
 * it. It decides nothing.
 */
export const expectedPath: string = join(import.meta.dirname, "../expected.json");

const schema = z.record(z.string(), z.object({ topic: z.string(), name: z.string(), message: z.string() }));

export function readExpected(): Readonly<Record<string, Catch>> {
  return existsSync(expectedPath) ? schema.parse(JSON.parse(readFileSync(expectedPath, "utf8"))) : {};
}
