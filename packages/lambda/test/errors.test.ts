import type { ComputeErrorCode, Effect, ErrorScope } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { failureReader } from "../src/failure.ts";
import { tables } from "../src/tables.ts";
import { collect, fixture, open, origin, publicKey } from "./support.ts";

const api = () => nock(`${origin}/api/v1`);
const request = { offerId: "gpu_1x_a10|us-east-1", sshPublicKeys: [publicKey] };

interface Meaning {
  readonly code: ComputeErrorCode;
  /** Of a launch. */
  readonly effect: Effect;
  readonly scope: ErrorScope;
}

const mine = (code: ComputeErrorCode): Meaning => ({ code, effect: "none", scope: "account" });
const asked = (code: ComputeErrorCode): Meaning => ({ code, effect: "none", scope: "request" });
const broken: Meaning = { code: "unavailable", effect: "maybe", scope: "provider" };
const launch = "instance-operations/launch";

const byCode: readonly (readonly [number, string, Meaning])[] = [
  [401, "global/invalid-api-key", mine("unauthenticated")],
  [403, "global/account-inactive", mine("permission_denied")],
  [403, "global/invalid-address", mine("permission_denied")],
  [403, "global/forbidden", mine("permission_denied")],
  [400, "global/invalid-parameters", asked("invalid_argument")],
  [400, "global/object-does-not-exist", asked("not_found")],
  [404, "global/object-does-not-exist", asked("not_found")],
  [404, "global/not-found", { code: "invalid_config", effect: "none", scope: "provider" }],
  [400, "global/quota-exceeded", mine("quota_exceeded")],
  [400, `${launch}/insufficient-capacity`, { code: "no_capacity", effect: "none", scope: "offer" }],
  [400, `${launch}/file-system-in-wrong-region`, asked("invalid_argument")],
  [
    400,
    `${launch}/file-systems-not-supported`,
    { code: "invalid_argument", effect: "none", scope: "region" },
  ],
  [400, "global/duplicate", asked("conflict")],
  [409, "global/conflict", asked("conflict")],
  [429, "global/rate-limited", mine("rate_limited")],
  [429, "global/whatever", mine("rate_limited")],
  // A code that nobody has listed proves nothing.
  [400, `${launch}/something-new`, { code: "invalid_argument", effect: "maybe", scope: "request" }],
  [400, "global/something-new", { code: "unknown", effect: "maybe", scope: "request" }],
  [500, "global/internal-error", broken],
  [503, "provider/internal-unavailable", broken],
  [400, "provider/internal-unavailable", broken],
  [400, "global/unknown", { code: "unknown", effect: "maybe", scope: "request" }],
  // A breakdown may have rented first, whatever it says.
  [200, `${launch}/insufficient-capacity`, { code: "no_capacity", effect: "maybe", scope: "offer" }],
  [500, `${launch}/insufficient-capacity`, { code: "no_capacity", effect: "maybe", scope: "offer" }],
];

const byStatus: readonly (readonly [number, string, Meaning])[] = [
  [401, "", mine("unauthenticated")],
  [403, "error code: 1015", mine("rate_limited")],
  [403, "error code: 1010", { code: "unavailable", effect: "maybe", scope: "provider" }],
  [403, "<html>blocked</html>", { code: "unavailable", effect: "maybe", scope: "provider" }],
  [405, "", mine("invalid_config")],
  [429, "Too many requests", mine("rate_limited")],
  [408, "", broken],
  [502, "<html>Bad gateway</html>", broken],
  [503, "", broken],
  [504, "", broken],
];

/** The row of the table, as a launch meets it; `maybe` stands for a row that claims no effect. */
function read(status: number, body: unknown, text: string) {
  const answer = { endpoint: "instance.create", status, headers: new Headers(), body, text };
  return failureReader(tables)(answer);
}

describe("a refusal", () => {
  it.each(byCode)("%i %s is what the page says", (status, code, meaning) => {
    const body = { error: { code, message: "synthetic", suggestion: "try elsewhere" } };
    const failure = read(status, body, JSON.stringify(body));
    expect(failure).toMatchObject({
      code: meaning.code,
      providerCode: code,
      message: "synthetic; try elsewhere",
    });
    expect(failure?.effect ?? "maybe").toBe(meaning.effect);
  });

  it.each(byCode.filter(([, , { effect }]) => effect === "none"))(
    "%i %s to a launch has rented nothing",
    async (status, code, meaning) => {
      api().get("/ssh-keys").reply(200, fixture("ssh-keys"));
      const body = { error: { code, message: "synthetic" } };
      const refusals = api().post("/instance-operations/launch");
      // A throttled launch has not been looked at, and goes out again.
      if (meaning.code === "rate_limited") refusals.reply(429, body, { "retry-after": "3600" });
      else refusals.reply(status, body);
      await expect(open().launch(request, { timeoutMs: 60_000 })).rejects.toMatchObject(meaning);
    },
  );

  it.each(byStatus)("%i %j is what the page says", (status, text, meaning) => {
    const failure = read(status, undefined, text);
    // What no row claims is core's to say, by the status.
    if (failure !== undefined) expect(failure.code).toBe(meaning.code);
    else expect(meaning).toEqual(broken);
    expect(failure?.effect ?? "maybe").toBe(meaning.effect);
  });

  it("is not what a good answer holds", () => {
    expect(read(200, { data: {} }, "{}")).toBeUndefined();
    expect(read(200, { error: { code: "global/unknown" } }, "{}")).toMatchObject({ code: "unknown" });
  });

  it("says nothing of a machine where it is about the path", async () => {
    api()
      .get("/instances/x")
      .reply(404, { error: { code: "global/not-found", message: "no route" } });
    await expect(open().describe("x")).rejects.toMatchObject({ code: "invalid_config" });
    api()
      .get("/instances/x")
      .reply(404, { error: { code: "global/object-does-not-exist", message: "no such instance" } });
    await expect(open().describe("x")).rejects.toMatchObject({ code: "not_found" });
    api().get("/instances/x").reply(404, "<html>not here</html>");
    await expect(open().describe("x")).rejects.toMatchObject({ code: "invalid_config" });
  });

  it("can be given another meaning by configuration", async () => {
    api()
      .get("/instances")
      .reply(400, { error: { code: "global/something-new", message: "x" } });
    const provider = open({ errors: { "* * global/something-new: **": { code: "quota_exceeded" } } });
    await expect(collect(provider.list())).rejects.toMatchObject({ code: "quota_exceeded" });
  });

  it.each([
    "filesystems/filesystem-in-use",
    "ssh-keys/key-in-use",
    "firewall-rulesets/firewall-ruleset-in-use",
  ])("of a removal is a conflict: %s", async (code) => {
    api()
      .delete("/filesystems/fs1")
      .reply(400, { error: { code, message: "in use" } });
    await expect(open().volumes.remove("fs1")).rejects.toMatchObject({ code: "conflict", effect: "none" });
  });
});
