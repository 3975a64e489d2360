import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withEnvironment } from "../src/environment.ts";
import {
  ComputeError,
  isComputeError,
  labelOf,
  lookup,
  nameFromLabel,
  newToken,
  redact,
  Secret,
  tokenOf,
} from "../src/index.ts";
import { fromUnixSeconds, gibToMiB, micros, positive } from "../src/units.ts";

describe("Secret", () => {
  it("shows itself nowhere, and gives its value up when asked", () => {
    const secret = new Secret("hunter2-hunter2");
    const shown = `${secret} ${JSON.stringify({ secret })} ${inspect({ secret }, { depth: 9, showHidden: true })} ${String(secret)}`;
    expect(shown).not.toContain("hunter2");
    expect(shown).toContain("[secret]");
    expect(Object.assign({}, secret)).toEqual({});
    expect(secret.reveal()).toBe("hunter2-hunter2");
  });

  it("is taken out of texts", () => {
    expect(redact("key abcd1234, again abcd1234", ["abcd1234"])).toBe("key [secret], again [secret]");
    expect(redact("a b", ["a"])).toBe("a b");
  });
});

describe("ComputeError", () => {
  it("is retryable when there is hope and no harm", () => {
    const retryable = (init: Partial<ConstructorParameters<typeof ComputeError>[0]>): boolean =>
      new ComputeError({ code: "unavailable", message: "", ...init }).retryable;
    expect(retryable({})).toBe(true);
    expect(retryable({ effect: "maybe" })).toBe(false);
    expect(retryable({ code: "launch_ambiguous", effect: "maybe" })).toBe(false);
    expect(retryable({ code: "termination_unconfirmed", effect: "maybe" })).toBe(true);
    expect(retryable({ code: "invalid_argument" })).toBe(false);
    expect(
      new ComputeError({ code: "timeout", message: "", effect: "maybe" }).with({ effect: "none" }).retryable,
    ).toBe(true);
  });

  it("is recognised across copies of the package, by its brand and code", () => {
    const foreign = Object.assign(new Error("x"), {
      [Symbol.for("gpuport.ComputeError")]: true,
      code: "not_found",
    });
    expect(isComputeError(foreign)).toBe(true);
    expect(isComputeError(foreign, "not_found", "conflict")).toBe(true);
    expect(isComputeError(foreign, "conflict")).toBe(false);
    for (const other of [null, undefined, "not_found", new Error("x"), { code: "not_found" }]) {
      expect(isComputeError(other)).toBe(false);
    }
  });

  it("keeps its cause when more is said about it, and leaves it out of JSON", () => {
    const error = new ComputeError({ code: "conflict", message: "m", cause: new Error("why") }).with({
      provider: "p",
    });
    expect(error.cause).toMatchObject({ message: "why" });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      ...{
        name: "ComputeError",
        code: "conflict",
        message: "m",
        effect: "none",
        retryable: false,
        scope: "request",
      },
      provider: "p",
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("ComputeError");
  });
});

describe("tokens", () => {
  it("are names on every cloud, and told from strangers' names by their check", () => {
    fc.assert(
      fc.property(fc.option(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), { nil: undefined }), (name) => {
        const token = newToken();
        expect(token).toMatch(/^gp[0-9a-z]{18}$/);
        const label = labelOf(token, name);
        expect(tokenOf(label)).toBe(token);
        expect(nameFromLabel(label)).toBe(name?.replace(/-$/, "-").replace(/^$/, "") || undefined);
      }),
      { numRuns: 500 },
    );
    expect(new Set(Array.from({ length: 10_000 }, newToken)).size).toBe(10_000);
    expect(tokenOf("gp0123456789abcdefgh")).toBeUndefined();
    expect(tokenOf(undefined)).toBeUndefined();
    expect(nameFromLabel("my own machine")).toBe("my own machine");
    expect(nameFromLabel("")).toBeUndefined();
  });
});

describe("lookup", () => {
  it("folds case and spaces, and finds nothing among the members of Object", () => {
    const table = { Running: 1, stopped: 2 };
    expect(lookup(table, " running ")).toBe(1);
    expect(lookup(table, "STOPPED")).toBe(2);
    for (const word of ["toString", "__proto__", "constructor", "", null, undefined])
      expect(lookup(table, word)).toBeUndefined();
  });
});

describe("units", () => {
  it("are integers, and nothing is made of nothing", () => {
    expect(micros(0.36)).toBe(360_000);
    expect(micros(0)).toBe(0);
    expect([micros(null), micros(undefined), micros(Number.NaN)]).toEqual([undefined, undefined, undefined]);
    expect([positive(0), positive(-1), positive(null), positive(15.6)]).toEqual([
      undefined,
      undefined,
      undefined,
      16,
    ]);
    expect([gibToMiB(2), gibToMiB(0), gibToMiB(null)]).toEqual([2048, undefined, undefined]);
    expect(fromUnixSeconds("1795000000")?.toISOString()).toBe("2026-11-18T11:06:40.000Z");
    expect([fromUnixSeconds(0), fromUnixSeconds(null), fromUnixSeconds("x"), fromUnixSeconds(1e300)]).toEqual(
      [...[undefined, undefined, undefined, undefined]],
    );
  });
});

describe("credentials from the environment", () => {
  const ways = [{ token: "T" }, { key: "K" }, { user: "U", password: "P" }];
  it("complete the first way that can be completed, and never mix two", () => {
    const environment = { T: "t", U: "u", P: "p" };
    expect(withEnvironment({}, ways, environment)).toEqual({ token: "t" });
    expect(withEnvironment({}, ways, { U: "u", P: "p", K: "" })).toEqual({ user: "u", password: "p" });
    expect(withEnvironment({ user: "me" }, ways, environment)).toEqual({ user: "me", password: "p" });
    expect(withEnvironment({ user: "me", password: "mine" }, ways, environment)).toEqual({
      user: "me",
      password: "mine",
    });
    expect(withEnvironment({ key: "k" }, ways, environment)).toEqual({ key: "k" });
    expect(withEnvironment({}, ways, {})).toEqual({});
  });
});
