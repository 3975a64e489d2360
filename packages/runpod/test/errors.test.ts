import type { ComputeErrorCode, Effect, ErrorScope } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { readFailure } from "../src/map.ts";
import { tables } from "../src/tables.ts";
import { cloud, image, offerId, open, ownClock, podId } from "./support.ts";

interface Meaning {
  readonly code: ComputeErrorCode;
  /** What is proven; a create without a proof is looked for. */
  readonly effect?: Effect;
  readonly scope?: ErrorScope;
}

const none = { effect: "none" } as const;
const problem = (detail: string, errors?: readonly string[]) => ({ title: "Problem", detail, errors });

const full = [
  "There are no longer any instances available with the requested specifications.",
  "There are no longer any instances available with enough disk space.",
  "no instances currently available",
  "No Instances Available",
  "no available datacenter with requested resources",
  "This machine does not have the resources to deploy your pod.",
  "could not find any pods with required specifications",
];

const answers: readonly (readonly [string, number, unknown, Meaning])[] = [
  ...full.flatMap((words): readonly (typeof answers)[number][] => [
    ["instance.create", 400, problem(words), { code: "no_capacity", scope: "offer", ...none }],
    ["instance.create", 400, { error: words, status: 400 }, { code: "no_capacity", scope: "offer", ...none }],
    // Proven by nothing: a 500 came from a create that had made its pod.
    ["instance.create", 500, { error: words, status: 500 }, { code: "no_capacity", scope: "offer" }],
    ["instance.create", 200, { error: words, status: 200 }, { code: "no_capacity", scope: "offer" }],
  ]),
  [
    "instance.action",
    400,
    { error: "There are not enough free GPUs on the host machine to start this pod.", status: 400 },
    { code: "no_capacity", scope: "request", ...none },
  ],
  [
    "instance.action",
    500,
    { error: "not enough free GPUs on the host machine" },
    { code: "no_capacity", scope: "request" },
  ],
  ["instance.create", 400, problem("network volume does not exist"), { code: "not_found", ...none }],
  ["instance.create", 400, problem("template not found"), { code: "not_found", ...none }],
  [
    "instance.create",
    400,
    problem("Must either provide a template id or pod configuration"),
    { code: "invalid_argument", ...none },
  ],
  [
    "instance.create",
    400,
    problem("your account balance is too low"),
    { code: "insufficient_funds", ...none },
  ],
  ["instance.create", 400, problem("not enough credit"), { code: "insufficient_funds", ...none }],
  ["instance.create", 403, problem("over your spend limit"), { code: "quota_exceeded", ...none }],
  ["instance.create", 400, problem("minCudaVersion and others"), { code: "invalid_argument", ...none }],
  ["instance.create", 401, problem("no"), { code: "unauthenticated", ...none }],
  ["instance.list", 401, "", { code: "unauthenticated", ...none }],
  ["instance.create", 402, problem("pay"), { code: "insufficient_funds", ...none }],
  ["instance.create", 403, problem("not here"), { code: "permission_denied", scope: "offer", ...none }],
  ["instance.get", 403, problem("no"), { code: "permission_denied", ...none }],
  ["instance.create", 403, "error code: 1010", { code: "unavailable", ...none }],
  ["instance.get", 404, problem("pod not found"), { code: "not_found", ...none }],
  ["instance.get", 404, { error: "pod not found" }, { code: "not_found", ...none }],
  ["instance.terminate", 404, { message: "gone" }, { code: "not_found", ...none }],
  ["instance.action", 400, problem("Pod not found to stop"), { code: "not_found", ...none }],
  ["instance.create", 404, problem("unknown template"), { code: "not_found", ...none }],
  ["volume.delete", 404, problem("no"), { code: "not_found", ...none }],
  ["instance.create", 408, problem("slow"), { code: "timeout" }],
  ["instance.action", 409, problem("Cannot stop"), { code: "conflict", ...none }],
  ["instance.create", 413, problem("large"), { code: "invalid_argument", ...none }],
  ["instance.create", 422, problem("Invalid", ["disk: required"]), { code: "invalid_argument", ...none }],
  ["instance.list", 429, "slow down", { code: "rate_limited", ...none }],
  ["instance.create", 500, problem("no"), { code: "unavailable" }],
  ["instance.create", 502, "<html>bad gateway</html>", { code: "unavailable" }],
  ["instance.create", 503, "busy", { code: "unavailable" }],
  ["instance.create", 504, "", { code: "unavailable" }],
  ["instance.create", 524, "<html>", { code: "unavailable" }],
  [
    "account.balance",
    200,
    { errors: [{ message: "m", extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] },
    { code: "invalid_config" },
  ],
  [
    "account.balance",
    200,
    { data: null, errors: [{ message: "m", extensions: { code: "INTERNAL_SERVER_ERROR" } }] },
    { code: "unavailable" },
  ],
  ["account.balance", 200, { errors: [{ message: "m" }] }, { code: "unknown" }],
  ["instance.create", 200, { error: "something new" }, { code: "unknown" }],
];

function read(endpoint: string, status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = { endpoint, status, headers: new Headers(headers), text };
  return readFailure({ ...answer, body: typeof body === "string" ? undefined : body }, tables);
}

describe("a refusal", () => {
  it.each(answers)("%s %d %j", (endpoint, status, body, { code, effect, scope }) => {
    const failure = read(endpoint, status, body);
    expect([failure?.code, failure?.effect, failure?.scope]).toEqual([code, effect, scope]);
  });

  it("never proves of a 5xx that nothing was made", () => {
    for (const [endpoint, , body] of answers) {
      for (const status of [500, 502, 503, 504, 524, 408]) {
        expect(read(endpoint, status, body)?.effect).toBeUndefined();
      }
    }
  });

  it("says what the cloud said, and the members that it names", () => {
    expect(read("instance.create", 422, problem("Invalid request.", ["disk: required"]))?.message).toBe(
      "Invalid request.; disk: required",
    );
    expect(read("instance.create", 502, "<html><h1>bad</h1></html>")?.message).toBeUndefined();
  });

  it.each([
    ["a good answer", "instance.get", 200, { id: podId, error: "a pod may say anything" }],
    ["an empty one", "instance.terminate", 204, ""],
    ["a stream", "instance.logs", 200, [{ data: { error: "x" } }]],
    ["a path that is not there", "instance.list", 404, problem("Not found.")],
    ["another page's 404", "instance.get", 404, "<html>not here</html>"],
    ["a redirect", "instance.get", 301, ""],
    ["a status nobody knows", "instance.create", 418, problem("teapot")],
  ])("is not %s", (_, endpoint, status, body) => {
    expect(read(endpoint, status, body)).toBeUndefined();
  });
});

it("waits for the longest window that is used up, not for the one that refused", async () => {
  const ratelimit = '"minute";r=0;t=20, "hour";r=0;t=1800, "day";r=176;t=40000';
  expect(read("instance.list", 429, "", { ratelimit })?.retryAfterMs).toBe(1_800_000);
  expect(read("instance.list", 429, "", {})?.retryAfterMs).toBeUndefined();
  cloud()
    .get("/v2/pods")
    .query(true)
    .reply(429, problem("slow down"), { ratelimit: '"minute";r=0;t=20', "retry-after": "2" });
  cloud().get("/v2/pods").query(true).reply(200, { pods: [] });
  const clock = ownClock(0);
  for await (const _ of open({ clock }).list()) throw new Error("there is none");
  expect(clock.now()).toBeGreaterThanOrEqual(20_000);
});

it("reaches the caller with what it proves", async () => {
  cloud().post("/v2/pods").reply(402, problem("pay"));
  const launched = open().launch({ image, offerId });
  await expect(launched).rejects.toMatchObject({
    ...{ code: "insufficient_funds", effect: "none", scope: "account", retryable: false },
  });
});
