import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** Which case caught which mutant, so that the next run begins with it. It decides nothing. */
export const expectationsPath: string = join(import.meta.dirname, "../expected.json");

export function expectations(): Readonly<Record<string, string>> {
  if (!existsSync(expectationsPath)) return {};
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(expectationsPath, "utf8")));
}
