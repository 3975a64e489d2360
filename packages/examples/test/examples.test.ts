import { expect, it } from "vitest";
import { example } from "./support.ts";

it.concurrent.each([
  [
    "switch-provider",
    "market",
    /^market \(vast\): \d+ is running, ssh at [\w.-]+\n\d+ is gone: not_found\n$/,
  ],
  [
    "switch-provider",
    "reserved",
    /^reserved \(hpc-ai\): \S+ is running, ssh at [\w.-]+\n\S+ is gone: \w+\n$/,
  ],
  ["cheapest", "", /^taiwan at 0\.4900 CREDIT:glows\/h: ins-\w+\n$/],
  [
    "launch-key",
    "",
    /^asked twice: (\d+) and \1 are one machine\nanother request under the same key: conflict\n$/,
  ],
] as const)("%s %s runs, and leaves nothing that bills", async (name, argument, output) => {
  const { code, out, err } = await example(name, argument === "" ? [] : [argument]).ended;
  expect(err).toBe("");
  expect(out).toMatch(output);
  expect(code).toBe(0);
});
