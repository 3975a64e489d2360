import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const suite = `
  import { it } from "node:test";
  import { conformance } from "${new URL("../src/index.ts", import.meta.url).href}";
  import { openNaive } from "${new URL("raw.ts", import.meta.url).href}";
  const only = ["two launches without a key are two machines", "a 500 is never taken for an empty list"];
  conformance(openNaive, { it, only });
`;

it("registers with node:test", async () => {
  const flags = [
    "--conditions=@gpuport/source",
    "--test-reporter=tap",
    "--input-type=module",
    "--eval",
    suite,
  ];
  const run = promisify(execFile)(process.execPath, flags, { env: { PATH: process.env["PATH"] ?? "" } });
  const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed);
  expect(stdout).toContain("\nok 1 - two launches without a key are two machines\n");
  expect(stdout).toContain("\nnot ok 2 - a 500 is never taken for an empty list\n");
  expect(stdout).toContain("list finished without a machine that exists: it must throw instead");
});
