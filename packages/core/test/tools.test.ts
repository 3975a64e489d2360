import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authorizeKeys, gpuSpellings, lookupPattern, matchingRow, shellQuote } from "../src/index.ts";

describe("patterns", () => {
  const table = {
    gone: 1,
    "(exited|stopped)/running/* **": 2,
    "a.b(c": 3,
    "** [x] **": 4,
  };

  it.each([
    ["gone", "anything at all", 1],
    ["GONE", "", 1],
    ["x", "exited/running/up because of it", 2],
    ["x", "STOPPED/running/up ", 2],
    ["x", "exited/running/up/more because", undefined],
    ["x", "frozen/running/up because", undefined],
    ["x", "one [x] two\nthree", 4],
    ["x", "one x two", undefined],
    ["x", "a.b(c", 3],
    ["x", "aXb(c", undefined],
  ])("%s, %j is row %s", (word, text, row) => {
    expect(lookupPattern(table, word, text)).toBe(row);
  });

  it("the first row that fits any of the texts counts", () => {
    expect(matchingRow({ "500 **": "late", "** 500 **": "early" }, "", "x", "get 500 y")).toEqual({
      ...{ key: "** 500 **", row: "early" },
    });
  });
});

describe("shell", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "gpuport-home-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const sh = (script: string): string =>
    execFileSync("/bin/sh", ["-c", script], { env: { HOME: home }, encoding: "utf8" });

  it("takes any text for one word", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 50 }).filter((value) => !value.includes("\0"));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
        const out = sh(`printf '%s\\0' ${texts.map(shellQuote).join(" ")}`);
        expect(out.split("\0").slice(0, -1)).toEqual(texts);
      }),
      { numRuns: 60 },
    );
  });

  it("lets each key in once, however often it runs, and behind a line that nobody ended", () => {
    const keys = ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB it's two"];
    sh(`mkdir -p ${home}/.ssh`);
    writeFileSync(join(home, ".ssh/authorized_keys"), "ssh-rsa OLD");
    sh(authorizeKeys(keys));
    sh(authorizeKeys(keys));
    const file = join(home, ".ssh/authorized_keys");
    expect(readFileSync(file, "utf8")).toBe(`ssh-rsa OLD\n${keys.join("\n")}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(authorizeKeys([])).toBe("");
  });
});

it("asks a cloud for a GPU by the cloud's own names", () => {
  const names = ["RTX 4090", "RTX 4090 D", "A100 SXM4", "A100 PCIE", "H100 SXM", "L4"];
  expect(gpuSpellings("rtx-4090", names, "vast").names).toEqual(["RTX 4090"]);
  expect(gpuSpellings("a100-sxm-80gb", names, "vast")).toEqual({
    names: ["A100 SXM4"],
    leastMiB: 81_920,
    mostMiB: 81_920,
  });
  expect(gpuSpellings("A100", names, "vast").names).toEqual(["A100 SXM4", "A100 PCIE"]);
  expect(gpuSpellings("some accelerator", names, "vast")).toEqual({
    names: [],
    leastMiB: undefined,
    mostMiB: undefined,
  });
});
