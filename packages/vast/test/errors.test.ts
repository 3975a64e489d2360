import type { Answer, ComputeErrorCode, ErrorScope, Failure } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { failureReader } from "../src/failure.ts";
import { tables } from "../src/tables.ts";
import { all, api, open } from "./fixtures/open.ts";

const gone = "Instance type by id 8100042";
const page = "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>";

interface Case {
  readonly status: number;
  readonly body: unknown;
  readonly code: ComputeErrorCode;
  /** What a create does with it: nothing was rented, a machine is there, or that must be found out. */
  readonly create: "none" | "done" | "maybe";
  readonly scope: string;
  readonly retryable: boolean;
  /** What a read makes of the same answer, where that differs. */
  readonly read?: ComputeErrorCode;
}

const refusal = (error: string, msg?: string) => ({ success: false, error, msg });
const mistake = { code: "invalid_argument", create: "none", scope: "request", retryable: false } as const;
const taken = { code: "offer_gone", create: "none", scope: "offer", retryable: false } as const;
const badKey = { code: "unauthenticated", create: "none", scope: "account", retryable: false } as const;
const noMoney = { code: "insufficient_funds", create: "none", scope: "account", retryable: false } as const;
// Once it is sure that nothing was rented, the same launch may be tried again.
const lost = { code: "unavailable", create: "maybe", scope: "provider", retryable: true } as const;

/** Every row of what a create is documented, or was seen, to answer. */
const cases: readonly (readonly [string, Case])[] = [
  [
    "a bad body",
    { ...mistake, status: 400, body: refusal("invalid_args", "error 400/3467: Invalid args: disk") },
  ],
  ["a bid out of range", { ...mistake, status: 400, body: refusal("invalid_price") }],
  ["a virtual machine without a key", { ...mistake, status: 400, body: refusal("no_ssh_key_for_vm") }],
  [
    "no money, 400",
    { ...noMoney, status: 400, body: refusal("insufficient_credit", "Your account lacks credit") },
  ],
  [
    "no money, 200",
    { ...noMoney, status: 200, body: refusal("insufficient_credit", "Your account lacks credit") },
  ],
  [
    "no money, in words only",
    {
      ...noMoney,
      status: 400,
      body: refusal("invalid_args", "Not enough credit."),
      read: "invalid_argument",
    },
  ],
  [
    "a spending limit",
    {
      ...noMoney,
      code: "quota_exceeded",
      status: 400,
      body: refusal("spend_rate_limit", "credit spend limit"),
    },
  ],
  [
    "a host's account",
    {
      ...badKey,
      code: "permission_denied",
      status: 403,
      body: refusal("invalid_args", "error 403/3602: not your own offer"),
    },
  ],
  [
    "an offer that is gone, 404",
    {
      ...taken,
      status: 404,
      body: refusal("invalid_args", `error 404/3603: no_such_ask ${gone} is not available.`),
      read: "unknown",
    },
  ],
  [
    "an offer that is taken, 410",
    {
      ...taken,
      status: 410,
      body: refusal("no_such_ask", `error 410/3907: ${gone} is no longer available.`),
      read: "unknown",
    },
  ],
  [
    "the same as 400 no_such_ask",
    {
      ...taken,
      status: 400,
      body: refusal("no_such_ask", `error 400/3603: ${gone} is not available.`),
      read: "invalid_argument",
    },
  ],
  [
    "the same as 400 invalid_args",
    { ...taken, status: 400, body: refusal("invalid_args", "no longer available"), read: "invalid_argument" },
  ],
  ["the same as 200", { ...taken, status: 200, body: refusal("no_such_ask"), read: "unknown" }],
  ["a bad key, 404", { ...badKey, status: 404, body: refusal("auth_error", "Invalid user key") }],
  ["a bad key, 401", { ...badKey, status: 401, body: refusal("auth_error", "Invalid user key") }],
  ["no key, 403", { ...badKey, status: 403, body: refusal("auth_error", "This action requires login.") }],
  [
    "a session that ended",
    { ...badKey, status: 404, body: { success: false, msg: "Session expired. Please log in again." } },
  ],
  [
    "a second factor",
    {
      ...badKey,
      code: "permission_denied",
      status: 401,
      body: { msg: "Two Factor Authentication required" },
    },
  ],
  ["a 401 in plain text", { ...badKey, status: 401, body: "Unauthorized" }],
  [
    "a bid too low, with a machine",
    {
      ...{ code: "no_capacity", create: "done", scope: "offer", retryable: true, read: "invalid_argument" },
      ...{ status: 400, body: { ...refusal("bid_too_low", "created stopped"), new_contract: 52000017 } },
    },
  ],
  [
    "a busy machine, with a machine in a 200",
    {
      ...{ code: "no_capacity", create: "done", scope: "offer", retryable: true },
      ...{ status: 200, body: { ...refusal("resources_unavailable"), new_contract: 52000017 } },
    },
  ],
  [
    "an auth_error that carries a machine all the same",
    {
      ...{ code: "no_capacity", create: "done", scope: "offer", retryable: true, read: "unauthenticated" },
      ...{ status: 404, body: { ...refusal("auth_error"), new_contract: "52000017" } },
    },
  ],
  ["a 500", { ...lost, status: 500, body: refusal("internal", "credit service is not available") }],
  ["a 502 page", { ...lost, status: 502, body: page }],
  ["a 503 in plain text", { ...lost, status: 503, body: "no healthy upstream" }],
  ["a 408", { ...lost, status: 408, body: "" }],
  ["the edge's 403 page", { ...lost, status: 403, body: page }],
  [
    "a refused permission",
    {
      ...lost,
      code: "permission_denied",
      scope: "account",
      retryable: false,
      status: 403,
      body: refusal("permission_denied"),
    },
  ],
  ["a 200 that is no JSON", { ...lost, code: "bad_response", retryable: false, status: 200, body: page }],
  [
    "a 404 with unknown words",
    { ...lost, code: "unknown", scope: "request", retryable: false, status: 404, body: refusal("new_word") },
  ],
  [
    "a 404 without words",
    {
      ...lost,
      code: "invalid_config",
      retryable: false,
      status: 404,
      body: "404: Not Found",
    },
  ],
  [
    "a 200 that refuses without words",
    { ...lost, code: "unknown", scope: "request", retryable: false, status: 200, body: { success: false } },
  ],
];

describe("a refused create", () => {
  it.each(cases)("%s", async (_, { status, body, code, create, scope, retryable }) => {
    let looks = 0;
    let ended = 0;
    api()
      .put("/api/v0/asks/8100042/")
      .reply(status, body as string);
    api()
      .get("/api/v1/instances/")
      .query(true)
      .optionally()
      .reply(200, () => {
        looks += 1;
        return { success: true, instances: [], next_token: null };
      })
      .persist();
    api()
      .delete("/api/v0/instances/52000017/")
      .optionally()
      .reply(200, () => {
        ended += 1;
        return { success: true };
      });
    api().get("/api/v0/instances/52000017/").optionally().reply(200, { instances: null }).persist();
    const failed = open().provider.launch({ offerId: "8100042", image: "example/trainer:2.1" });
    // Whatever the answer was: in the end it is sure that nothing is left.
    await expect(failed).rejects.toMatchObject({ code, scope, retryable, effect: "none" });
    expect(looks > 0 ? "maybe" : ended > 0 ? "done" : "none").toBe(create);
  });
});

describe("the same answer to a read", () => {
  it.each(cases)("%s", async (_, { status, body, code, read = code }) => {
    api()
      .get("/api/v1/instances/")
      .query(true)
      .reply(status, body as string)
      .persist();
    await expect(all(open().provider.list())).rejects.toMatchObject({ code: read, effect: "none" });
  });
});

const answer = (endpoint: string, status: number, body: unknown, headers = {}): Answer => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    endpoint,
    status,
    text,
    body: typeof body === "string" ? undefined : body,
    headers: new Headers(headers),
  };
};

const others: readonly (readonly [string, number, unknown, ComputeErrorCode])[] = [
  ["instance.setState", 200, refusal("resources_unavailable", "state change queued."), "no_capacity"],
  ["instance.setState", 400, refusal("missing_billing"), "insufficient_funds"],
  ["instance.setState", 404, refusal("no_such_instance", "Instance 5 not found."), "not_found"],
  ["instance.reboot", 400, refusal("invalid_id"), "invalid_argument"],
  ["instance.reboot", 400, refusal("invalid_args"), "invalid_argument"],
  ["instance.recycle", 400, refusal("invalid_id"), "invalid_argument"],
  ["instance.recycle", 404, refusal("not_found"), "not_found"],
  ["instance.get", 404, refusal("not_found"), "not_found"],
  ["instance.get", 404, refusal("invalid_id"), "not_found"],
  ["instance.get", 400, refusal("invalid_args"), "invalid_argument"],
  ["instance.get", 404, refusal("auth_error", "not_found"), "unauthenticated"],
  ["instance.destroy", 200, refusal("no_such_instance"), "not_found"],
  ["instance.destroy", 429, refusal("rate_limit_exceeded"), "rate_limited"],
  ["instance.list", 400, refusal("invalid_token"), "invalid_argument"],
  [
    "instance.list",
    400,
    refusal("invalid_request", "dph_total is not a valid search key"),
    "invalid_argument",
  ],
  ["instance.list", 404, refusal("not_found"), "unknown"],
  ["instance.list", 410, refusal("deprecated_endpoint"), "invalid_config"],
  ["instance.list", 200, refusal("rate_limit_exceeded"), "rate_limited"],
  ["offers.search", 400, refusal("invalid_request"), "invalid_argument"],
  ["offers.search", 402, "pay", "insufficient_funds"],
  ["offers.search", 422, refusal("name"), "invalid_argument"],
  ["instance.label", 400, refusal("label_too_long"), "invalid_argument"],
  ["instance.label", 404, refusal("no_such_instance"), "not_found"],
  ["instance.bid", 400, refusal("invalid_args", "price is out of range"), "invalid_argument"],
  ["instance.bid", 404, refusal("no_such_instance"), "not_found"],
  ["instance.logs", 404, refusal("not_found"), "not_found"],
  ["instance.exec", 400, refusal("invalid_args", "command is not allowed"), "invalid_argument"],
  ["instance.snapshot", 400, refusal("invalid_args", "id"), "invalid_argument"],
  ["instance.snapshot", 404, refusal("invalid_id"), "not_found"],
  ["instance.sshKeyAttach", 404, refusal("no_such_instance"), "not_found"],
  ["instance.sshKeys", 404, refusal("not_found"), "not_found"],
  ["instance.sshKeyDetach", 400, refusal("no_ssh_key"), "not_found"],
  ["instance.sshKeyDetach", 404, refusal("invalid_args", "ssh key not found"), "not_found"],
  ["sshkey.list", 404, refusal("no_ssh_keys", "No ssh keys found."), "not_found"],
  ["sshkey.list", 404, { success: false }, "not_found"],
  ["sshkey.list", 404, refusal("auth_error", "Invalid user key"), "unauthenticated"],
  ["sshkey.list", 404, page, "invalid_config"],
  ["sshkey.list", 404, "404: Not Found", "invalid_config"],
  ["sshkey.delete", 400, refusal("no_ssh_key"), "not_found"],
  ["sshkey.delete", 400, refusal("invalid_args", "SSH key not found"), "not_found"],
  ["sshkey.create", 400, refusal("team_ssh_keys_not_supported"), "unsupported"],
  ["sshkey.create", 401, { msg: "Two Factor Authentication required" }, "permission_denied"],
  ["account.get", 403, refusal("permission"), "permission_denied"],
  ["volume.create", 404, refusal("no_such_ask", "error 404/3603: not available"), "offer_gone"],
  ["volume.create", 400, refusal("insufficient_credit"), "insufficient_funds"],
  ["volume.create", 400, refusal("invalid_args", "size"), "invalid_argument"],
  ["volume.create", 422, refusal("invalid_args", "name"), "invalid_argument"],
  ["volume.delete", 404, refusal("not_found", "Volume not found."), "not_found"],
  ["volume.delete", 400, refusal("volume_in_use", "attached to an instance"), "conflict"],
];

describe("the table of refusals", () => {
  it.each(others)("%s %i %j", (endpoint, status, body, code) => {
    expect(failureReader(tables)(answer(endpoint, status, body))).toMatchObject({ code });
  });

  it("has a case here for every row", () => {
    // Each row is marked with its own key, which the failure then carries.
    const marked = Object.entries(tables.errors).map(([key, row]) => [
      key,
      { ...row, scope: key as ErrorScope },
    ]);
    const read = failureReader({ ...tables, errors: Object.fromEntries(marked) });
    const failures: (Failure | undefined)[] = [
      ...cases.map(([, { status, body }]) => read(answer("instance.create", status, body))),
      ...others.map(([endpoint, status, body]) => read(answer(endpoint, status, body))),
      read(answer("instance.list", 429, "API requests too frequent")),
    ];
    const reached = new Set<string | undefined>(failures.map((failure) => failure?.scope));
    expect(Object.keys(tables.errors).filter((key) => !reached.has(key))).toEqual([]);
  });

  it("keeps the cloud's own word and words", () => {
    expect(
      failureReader(tables)(answer("instance.get", 400, refusal("odd_word", "Odd words."))),
    ).toMatchObject({
      ...{ providerCode: "odd_word", message: "Odd words." },
    });
  });

  it("takes no answer that goes well for a refusal", () => {
    const read = failureReader(tables);
    expect(read(answer("instance.create", 200, { success: true, new_contract: 5 }))).toBeUndefined();
    expect(read(answer("instance.get", 200, { instances: null }))).toBeUndefined();
    expect(read(answer("instance.get", 200, { instances: { id: 1, error: "of the row" } }))).toBeUndefined();
    expect(read(answer("instance.list", 200, "<html>"))).toBeUndefined();
    expect(read(answer("instance.list", 200, []))).toBeUndefined();
  });
});

describe("throttling", () => {
  const pause = (endpoint: string, body: unknown, headers = {}) =>
    failureReader(tables)(answer(endpoint, 429, body, headers))?.retryAfterMs;

  it.each([
    ["plain text", "API requests too frequent", 2000],
    ["text with a threshold", "API requests too frequent: endpoint threshold=2.5", 2500],
    ["JSON with a threshold", { detail: "API requests too frequent endpoint threshold=3.0" }, 3000],
    [
      "JSON with a word",
      { success: false, error: "rate_limit_exceeded", msg: "API requests too frequent" },
      2000,
    ],
  ])("waits as long as %s says, or as the endpoint's own limit", (_, body, ms) => {
    expect(pause("instance.get", body)).toBe(ms);
  });

  it("waits longer where Retry-After says so, and leaves its dates to core", () => {
    expect(pause("instance.get", "too frequent", { "retry-after": "7" })).toBe(7000);
    expect(
      pause("instance.get", "too frequent", { "retry-after": "Sat, 21 Nov 2026 00:00:09 GMT" }),
    ).toBeUndefined();
  });

  it("waits out the penalty of a throttled create, then creates once", async () => {
    api().put("/api/v0/asks/8100042/").reply(429, "API requests too frequent: endpoint threshold=4.5");
    api().put("/api/v0/asks/8100042/").reply(200, { success: true, new_contract: 52000017 });
    const { provider, clock } = open();
    const sentAt = clock.now();
    const instance = await provider.launch({ offerId: "8100042", image: "example/trainer:2.1" });
    expect(instance.id).toBe("52000017");
    expect(clock.now() - sentAt).toBeGreaterThanOrEqual(12_000);
  });

  it("keeps the distance between calls by itself", async () => {
    api()
      .get("/api/v0/instances/5/")
      .times(3)
      .reply(200, { instances: { id: 5 } });
    const { provider, clock } = open();
    const startedAt = clock.now();
    for (let reads = 0; reads < 3; reads += 1) await provider.describe("5");
    expect(clock.now() - startedAt).toBe(4000);
  });

  it("repeats a read that the edge turned away", async () => {
    api().get("/api/v0/instances/5/").reply(403, page);
    api()
      .get("/api/v0/instances/5/")
      .reply(200, { instances: { id: 5 } });
    expect(await open().provider.describe("5")).toMatchObject({ id: "5", status: "unknown" });
  });
});
