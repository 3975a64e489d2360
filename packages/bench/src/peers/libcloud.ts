import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sample, Subject } from "../lib/paired.ts";

const program = join(import.meta.dirname, "list-servers.py");
/** Debian's own Python comes first: that is where its python3-libcloud is. */
const pythons = ["/usr/bin/python3", "python3"];

/** apache-libcloud where Python has it; a Python process for each round, warmed up. */
export function libcloudSubjects(serverUrl: string, rows: number): { subjects: Subject[]; notes: string[] } {
  for (const python of pythons) {
    try {
      const version = execFileSync(python, [program], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      const run = async (): Promise<Sample> => {
        const { stdout } = await promisify(execFile)(python, [program, serverUrl, String(rows)]);
        return JSON.parse(stdout) as Sample;
      };
      return { subjects: [{ name: `apache-libcloud ${version} (Python)`, run }], notes: [] };
    } catch {
      // The next one may have it; that none has is said below.
    }
  }
  return {
    subjects: [],
    notes: ["apache-libcloud: left out (no Python here has it; Debian: python3-libcloud)"],
  };
}
