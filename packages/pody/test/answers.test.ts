import type { ComputeErrorCode, Effect } from "@gpuport/core";
import { nock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { basic, collect, engine, noSuchContainer, open, origin, routeMissing } from "./support.ts";

// Every operation beside the four verbs, with every refusal that is known of its route, and with those that any route
// may give. What is sent and what a good answer means is tested beside each group; the verbs have `errors.test.ts`.

type Provider = ReturnType<typeof open>;
type Answer = readonly [status: number, body: object | string, code: ComputeErrorCode, effect?: Effect];

interface Operation {
  readonly request: readonly [method: "get" | "post", path: string];
  readonly writes?: true;
  readonly call: (provider: Provider) => Promise<unknown>;
  /** Answers to what it asks first. */
  readonly before?: () => unknown;
  /** The route of older servers, which is tried where the route itself is missing. */
  readonly older?: string;
  readonly known: readonly Answer[];
}

const server = () => nock(origin, { reqheaders: { authorization: basic } });
const said = (detail: string): object => ({ detail });
const noPod: Answer = [404, noSuchContainer(), "not_found"];
const strangers: Answer = [403, said("Invalid pod name, please check the username"), "permission_denied"];
const wrongPrefix: Answer = [403, said("Invalid pod name, please check the prefix"), "permission_denied"];
const onStart = (message: string): object =>
  said(engine("500 Server Error", "/containers/8a/start", message));
const portTaken = onStart("driver failed programming external connectivity: port is already allocated");
const paused = onStart("cannot start a paused container, try unpause instead");
const broken = onStart("failed to create shim task");

const operations: Readonly<Record<string, Operation>> = {
  "power.stop": {
    ...{ request: ["post", "/pod/stop"], writes: true, call: ({ power }) => power.stop("main") },
    known: [noPod, strangers, wrongPrefix],
  },
  "power.start": {
    ...{ request: ["post", "/pod/start"], writes: true, call: ({ power }) => power.start("main") },
    known: [
      ...[noPod, strangers],
      [500, portTaken, "conflict"],
      [500, paused, "conflict"],
      [500, broken, "instance_failed"],
    ],
  },
  "power.restart": {
    ...{ request: ["post", "/pod/restart"], writes: true, call: ({ power }) => power.restart("main") },
    // It may have stopped the pod by then.
    known: [
      noPod,
      strangers,
      [500, portTaken, "conflict", "maybe"],
      [500, broken, "instance_failed", "maybe"],
    ],
  },
  "exec.run": {
    ...{ request: ["post", "/pod/exec"], writes: true, call: ({ exec }) => exec.run("main", "true") },
    before: () => server().get("/version").reply(200, [0, 4, 1]),
    known: [
      [404, said("Container pd-alice-main not found"), "not_found"],
      [200, { exit_code: -1, log: "Docker API error: 409 Client Error: main is not running" }, "conflict"],
      [200, { exit_code: -1, log: "Docker API error: 409 Client Error: main is restarting" }, "conflict"],
      [200, { exit_code: -1, log: "Docker API error: 409 Client Error: main is paused" }, "conflict"],
      [200, { exit_code: -1, log: "Timeout" }, "timeout", "maybe"],
      [
        200,
        { exit_code: 126, log: 'OCI runtime exec failed: exec: "/bin/bash": no such file' },
        "unsupported",
      ],
    ],
  },
  "images.list": {
    ...{ request: ["get", "/image/list"], call: ({ images }) => collect(images.list()) },
    older: "/host/images",
    known: [],
  },
  "images.remove": {
    ...{
      request: ["post", "/image/delete"],
      writes: true,
      call: ({ images }) => images.remove("pytorch:2.5"),
    },
    known: [
      [403, said("Can only delete user commit images"), "permission_denied"],
      [400, said("Image not found, please check the available images"), "not_found"],
    ],
  },
  "snapshots.create": {
    ...{ request: ["post", "/pod/commit"], writes: true, call: ({ snapshots }) => snapshots.create("main") },
    known: [
      ...[noPod, strangers],
      [403, said("Exceed user commit limit (3), please delete some commits"), "quota_exceeded"],
      [403, said("Container size 7.0GB exceeds user commit size limit 5.0GB"), "quota_exceeded"],
      [400, said("Invalid tag name: a b"), "invalid_argument"],
    ],
  },
  "snapshots.list": {
    ...{ request: ["get", "/image/list"], call: ({ snapshots }) => collect(snapshots.list()) },
    older: "/host/images",
    known: [],
  },
  "snapshots.list, of each of them,": {
    ...{ request: ["post", "/image/inspect"], call: ({ snapshots }) => collect(snapshots.list()) },
    before: () => server().get("/image/list").reply(200, ["alice"]),
    known: [[403, said("Invalid image name: bob"), "permission_denied"]],
  },
  "snapshots.remove": {
    ...{ request: ["post", "/image/delete"], writes: true, call: ({ snapshots }) => snapshots.remove("bob") },
    known: [[403, said("Can only delete user commit images"), "permission_denied"]],
  },
  "account.whoami": {
    ...{ request: ["get", "/user/info"], call: ({ account }) => account.whoami() },
    known: [[200, { quota: {} }, "bad_response"]],
  },
  "account.quota": {
    ...{ request: ["get", "/user/info"], call: ({ account }) => account.quota() },
    known: [[200, {}, "bad_response"]],
  },
  "account.users": {
    ...{ request: ["get", "/user/list"], call: ({ account }) => account.users() },
    known: [[200, { users: [] }, "bad_response"]],
  },
  "account.changePassword": {
    ...{ request: ["post", "/user/ch-passwd"], writes: true },
    call: ({ account }) => account.changePassword("another"),
    known: [],
  },
  "stats.gpuProcesses": {
    ...{ request: ["get", "/host/gpu-ps"], call: ({ stats }) => stats.gpuProcesses() },
    known: [
      [400, said("GPU ID 7 is invalid"), "invalid_argument"],
      [400, said("Invalid GPU ID"), "invalid_argument"],
      [200, ["0"], "bad_response"],
    ],
  },
  "stats.host": {
    ...{ request: ["get", "/host/spec"], call: ({ stats }) => stats.host() },
    known: [[200, [], "bad_response"]],
  },
};

const missing = { detail: [{ loc: ["query", "ins"], msg: "field required", type: "value_error.missing" }] };
const missing2 = { detail: [{ loc: ["query", "ins"], msg: "Field required", type: "missing" }] };

/** Refusals that any route may give, before it does anything. */
const everywhere: readonly Answer[] = [
  [401, said("Not authenticated"), "unauthenticated"],
  [401, said("Invalid authentication credentials"), "unauthenticated"],
  [403, said("Invalid username or password"), "unauthenticated"],
  [403, said("User does not have permission: admin"), "permission_denied"],
  [404, routeMissing, "invalid_config"],
  [405, said("Method Not Allowed"), "invalid_config"],
  [422, missing, "invalid_argument"],
  [422, missing2, "invalid_argument"],
];

/** Answers that say nothing about whether the work was done. */
const unclear: readonly Answer[] = [
  [500, "Internal Server Error", "unavailable"],
  [500, said("Network bridge not found."), "unavailable"],
  [502, "<html>Bad Gateway</html>", "unavailable"],
  [504, said("Request timed out"), "timeout"],
  [200, "<html>Welcome</html>", "bad_response"],
];

describe.each(Object.entries(operations))("%s", (_, operation) => {
  const { writes, known, older, before, call, request } = operation;

  /** What it throws when every try of it is answered so. */
  async function thrownBy(status: number, body: object | string): Promise<unknown> {
    const [method, path] = request;
    before?.();
    server()
      [method](path)
      .query(true)
      .reply(status, body as string)
      .persist();
    if (status === 404 && older !== undefined)
      server()
        .get(older)
        .reply(status, body as string);
    return call(open()).catch((error: unknown) => error);
  }

  const cases = [...known, ...everywhere, ...unclear].map(([status, body, code, effect = "none"]) => {
    const isUnclear = code === "bad_response" || unclear.some(([, other]) => other === body);
    return { status, body, code, effect: isUnclear && writes ? ("maybe" as const) : effect };
  });
  it.each(cases)(
    "answered with $status $body: $code, effect $effect",
    async ({ status, body, ...expected }) => {
      expect(await thrownBy(status, body)).toMatchObject(expected);
    },
  );

  it("names the parameter that is missing", async () => {
    expect(await thrownBy(422, missing)).toMatchObject({ field: "ins" });
  });
});
