import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { nock } from "@gpuport/testkit";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { deadlineAfter } from "../src/deadline.ts";
import { retryAfterMs } from "../src/http/answer.ts";
import { type Api, createApi } from "../src/http/client.ts";
import type { Fetch } from "../src/http/exchange.ts";
import { createSession } from "../src/http/session.ts";
import { buildUrl } from "../src/http/url.ts";
import { createGate, operationChannel, type RequestTrace, requestChannel } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

// nock replaces the global fetch, and who has replaced it is heard.
beforeAll(() => nock.restore());
afterAll(() => nock.activate());

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
});
afterEach(() => cloud[Symbol.asyncDispose]());

const transports: readonly (readonly [string, { readonly fetch?: Fetch }])[] = [
  ["fetch", { fetch: (request, init) => globalThis.fetch(request, init) }],
  ["Node's client", {}],
];
let transport: { readonly fetch?: Fetch } = {};

const open = (more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, ...transport, ...more });
const request = { offerId: "a", image: "pytorch" };
const caught = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => thrown);

describe.each(transports)("over %s:", (_, means) => {
  beforeEach(() => {
    transport = means;
  });

  it("says what sends a request", async () => {
    await caught(open().describe("m1"));
    expect(cloud.seen[0]?.headers["user-agent"]).toBe("gpuport");
  });

  describe("retries", () => {
    it.each([500, 502, 503, 504, 408])("repeat a read after %d", async (status) => {
      const { id } = await open().launch(request);
      cloud.spoilNext(/^GET/, { how: { status } }, { how: { status } });
      await expect(open().describe(id)).resolves.toMatchObject({ id });
    });

    it("end after four attempts", async () => {
      cloud.spoilNext(/^GET/, ...Array.from({ length: 9 }, () => ({ how: { status: 503 } })));
      await expect(open().describe("m1")).rejects.toMatchObject({
        code: "unavailable",
        retryable: true,
        status: 503,
      });
      expect(cloud.seen).toHaveLength(4);
    });

    it("never repeat what is not said to be idempotent", async () => {
      const { id } = await open().launch(request);
      cloud.spoilNext(/resume/, { how: { status: 503 } });
      await expect(open().power.start(id)).rejects.toMatchObject({
        code: "unavailable",
        effect: "maybe",
        retryable: false,
      });
      expect(cloud.seen.filter(({ path }) => path.endsWith("resume"))).toHaveLength(1);
    });

    it("repeat what is, whatever its method", async () => {
      const { id } = await open().launch(request);
      cloud.spoilNext(/pause/, { how: { status: 503 } }, { how: "reset" });
      await open().power.stop(id);
      expect(cloud.machines.get(id)?.state).toBe("paused");
    });

    it("do not repeat an answer in another shape: it will be the same next time", async () => {
      cloud.spoilNext(/^GET/, { how: { status: 200, body: '{"id":7}' } });
      await expect(open().describe("m1")).rejects.toMatchObject({ code: "bad_response", retryable: false });
      expect(cloud.seen).toHaveLength(1);
    });

    it("wait as long as the cloud asks, and not past the deadline", async () => {
      const { id } = await open().launch(request);
      const date = new Date(cloud.clock.now() + 9_000).toUTCString();
      const how = {
        status: 429,
        headers: { "retry-after": date, date: new Date(cloud.clock.now()).toUTCString() },
      };
      cloud.spoilNext(/^GET/, { how });
      const started = cloud.clock.now();
      await open().describe(id);
      expect(cloud.clock.now() - started).toBeGreaterThanOrEqual(8_000);

      cloud.spoilNext(/^GET/, { how: { status: 429, headers: { "retry-after": "86400" } } });
      await expect(open().describe(id)).rejects.toMatchObject({
        code: "rate_limited",
        retryAfterMs: 86_400_000,
      });
      expect(cloud.clock.now() - started).toBeLessThan(60_000);
    });

    it("end with the deadline", async () => {
      cloud.spoilNext(/^GET/, ...Array.from({ length: 9 }, () => ({ how: { status: 503 } })));
      const started = cloud.clock.now();
      await caught(open().describe("m1", { timeoutMs: 200 }));
      expect(cloud.clock.now() - started).toBeLessThanOrEqual(200);
    });

    it("end with the caller", async () => {
      const abort = new AbortController();
      cloud.spoilNext(/^GET/, { how: "hang" });
      const read = open().describe("m1", { signal: abort.signal });
      while (cloud.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      abort.abort();
      await expect(read).rejects.toMatchObject({ code: "cancelled", effect: "none", operation: "describe" });
    });

    it("put one deadline over connecting, head and body", async () => {
      cloud.spoilNext(/^GET/, { how: "hang" });
      await expect(open().describe("m1", { timeoutMs: 50 })).rejects.toMatchObject({
        code: "timeout",
        effect: "none",
      });
    });
  });

  describe("safety", () => {
    it("follows no redirect, and carries nothing to another host", async () => {
      const other = await startNorthwind();
      for (const status of [301, 302, 307, 308]) {
        cloud.spoilNext(/./, { how: { status, headers: { location: `${other.url}/machines/m1` } } });
        await expect(open().describe("m1")).rejects.toMatchObject({ code: "invalid_config", status });
      }
      expect(other.seen).toHaveLength(0);
      await other[Symbol.asyncDispose]();
    });

    it("bounds what it reads", async () => {
      const body = JSON.stringify({ id: "m1", state: "up", label: "x".repeat(5_000) });
      const spoilt = { how: { status: 200, body } };
      cloud.spoilNext(/^GET/, spoilt);
      await expect(open({ maxResponseBytes: 4_000 }).describe("m1")).rejects.toMatchObject({
        ...{ code: "bad_response", message: expect.stringContaining("4000 bytes") },
      });
      cloud.spoilNext(/^GET/, spoilt);
      await expect(open({ maxResponseBytes: 6_000 }).describe("m1")).resolves.toMatchObject({ id: "m1" });
    });

    it("bounds a body that does not say how long it is", async () => {
      const server = createServer((_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write("x".repeat(65_536)));
          response.once("drain", more);
        };
        more();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(open({ baseUrl, maxResponseBytes: 200_000 }).describe("m1")).rejects.toMatchObject({
        code: "bad_response",
      });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it("shows no secret anywhere, even when the cloud echoes it", async () => {
      const key = cloud.settings.key;
      const env = { TOKEN: "sentinel-env-value" };
      const traces: unknown[] = [];
      const note = (message: unknown): void => void traces.push(inspect(message, { depth: 9 }));
      for (const channel of [operationChannel, requestChannel])
        channel.subscribe({ start: note, end: note, asyncStart: note, asyncEnd: note, error: note });
      const echo = (status: number) => ({
        how: {
          status,
          body: JSON.stringify({ error: "strange", message: `you sent Bearer ${key} with ${env.TOKEN}` }),
        },
      });
      cloud.spoilNext(/^GET/, { how: { status: 400, body: `{"error":"strange","message":"not ${key}"}` } });
      cloud.spoilNext(/^POST/, echo(401), { how: "reset" });
      const provider = open();
      const errors = [
        await caught(provider.describe("m1")),
        await caught(provider.launch({ ...request, env })),
        await caught(provider.launch({ ...request, env }, { timeoutMs: 1_000 })),
        await caught(open({ baseUrl: "http://127.0.0.1:1" }).describe("m1", { timeoutMs: 100 })),
      ];
      for (const channel of [operationChannel, requestChannel])
        channel.unsubscribe({ start: note, end: note, asyncStart: note, asyncEnd: note, error: note });
      const everything =
        [...errors, provider]
          .map(
            (thing) =>
              inspect(thing, { depth: 9, showHidden: true }) +
              JSON.stringify(thing) +
              String(thing) +
              (thing instanceof Error ? thing.stack : ""),
          )
          .join("\n") + traces.join("\n");
      expect(everything).toContain("[secret]");
      expect(everything).not.toContain(key);
      expect(everything).not.toContain(env.TOKEN);
      expect(cloud.seen.map(({ path, query }) => path + query).join("\n")).not.toContain(key);
    });
  });

  it("traces every request, with the attempt and the status", async () => {
    const traces: RequestTrace[] = [];
    const subscriber = {
      asyncEnd: (trace: RequestTrace) => void traces.push({ ...trace }),
      start() {},
      end() {},
      asyncStart() {},
      error() {},
    };
    requestChannel.subscribe(subscriber);
    cloud.spoilNext(
      /^GET/,
      { how: { status: 503 } },
      { how: { status: 404, body: '{"error":"no_such_machine"}' } },
    );
    await caught(open().describe("m1"));
    requestChannel.unsubscribe(subscriber);
    const common = {
      provider: "northwind",
      operation: "describe",
      endpoint: "instance.get",
      path: "machines/{id}",
    };
    expect(traces).toMatchObject([
      { ...common, attempt: 1, status: 503 },
      { ...common, attempt: 2, status: 404 },
    ]);
  });
});

describe("a limit of all calls together", () => {
  it("holds across endpoints, and can be lifted", async () => {
    const facts = { rateLimit: { calls: 1, perMs: 3_000 } };
    const limited = open({ facts });
    const { id } = await limited.launch(request);
    await limited.describe(id);
    await limited.power.stop(id);
    const at = cloud.seen.map((seen) => seen.at - (cloud.seen[0]?.at ?? 0));
    expect(at).toEqual([0, 3_000, 6_000]);
    expect(limited.facts.rateLimit).toEqual(facts.rateLimit);
    expect(open({ facts: { rateLimit: null } }).facts.rateLimit).toBeUndefined();
  });

  it("is waited for behind the endpoint's own, and gives that turn back to whoever follows", async () => {
    const limited = open({
      facts: { rateLimit: { calls: 1, perMs: 1_000 } },
      endpoints: { "instance.get": { limit: { calls: 1, perMs: 5_000 } } },
    });
    const { id } = await limited.launch(request);
    await limited.describe(id);
    await limited.describe(id);
    await limited.power.stop(id);
    const at = cloud.seen.map((seen) => seen.at - (cloud.seen[0]?.at ?? 0));
    expect(at).toEqual([0, 1_000, 6_000, 7_000]);
  });
});

describe("a session", () => {
  it("logs in once for everybody, and again before the token ends", async () => {
    let now = 0;
    let logins = 0;
    const login = async () => {
      logins += 1;
      return { value: `t${logins}`, expiresAt: now + 3_600_000 };
    };
    const session = createSession<undefined>(
      { login, headers: () => ({}) },
      { now: () => now, sleep: async () => {}, alarm() {} },
    );
    const tokens = await Promise.all(Array.from({ length: 100 }, () => session.token(undefined)));
    expect(new Set(tokens)).toEqual(new Set(["t1"]));
    now = 3_200_000;
    expect(await session.token(undefined)).toBe("t1");
    now = 3_300_000;
    expect(await session.token(undefined)).toBe("t2");
    session.drop("t1"); // a late refusal of the old token must not throw the new one away
    expect(await session.token(undefined)).toBe("t2");
    session.drop("t2");
    expect(await session.token(undefined)).toBe("t3");
  });
});

describe("a removal", () => {
  const endpoints = { remove: { method: "DELETE", path: "disks/1", evidence: "documented" } } as const;

  /** Calls it of a cloud that answers with these statuses, one after the other. */
  async function remove(statuses: readonly number[], nature: object): Promise<unknown> {
    const left = [...statuses];
    const api = createApi(
      {
        baseUrl: "https://north.example",
        endpoints,
        readFailure: ({ status }) => (status === 404 ? { code: "not_found" } : undefined),
      },
      {
        ...{ provider: "north", clock: cloud.clock, gate: createGate(cloud.clock), secrets: [] },
        ...{ requestTimeoutMs: 1_000, maxResponseBytes: 1_000 },
        fetch: async () => new Response("{}", { status: left.shift() ?? 500 }),
      },
    );
    const deadline = deadlineAfter(cloud.clock, 60_000);
    const call = { operation: "volumes.remove", signal: new AbortController().signal, deadline };
    return caught(api.call("remove", { ...nature, ...call }));
  }

  it.each([
    ["whose answer was lost", [502, 404]],
    ["that was also throttled", [502, 429, 404]],
    ["that went through", [200]],
    ["that went through in the end", [502, 500, 200]],
  ])("%s has removed what is not there any more: %j", async (_, statuses) => {
    expect(await remove(statuses, { removes: true })).toBeUndefined();
  });

  it("that may have been carried out before it was refused says so", async () => {
    const error = await remove([502, 403], { removes: true });
    expect(error).toMatchObject({ code: "permission_denied", effect: "maybe" });
  });

  it.each([
    ["finds nothing the first time", [404], { removes: true }],
    ["was only refused before", [429, 404], { removes: true }],
    ["is not one, only repeatable", [502, 404], { idempotent: true }],
  ])("that %s says so: %j", async (_, statuses, nature) => {
    expect(await remove(statuses, nature)).toMatchObject({ code: "not_found", effect: "none" });
  });
});

describe.each(transports)("a create behind a login, over %s", (_, means) => {
  const endpoints = {
    login: { method: "POST", path: "login", evidence: "documented" },
    create: { method: "POST", path: "machines", evidence: "documented" },
  } as const;
  const never = new AbortController().signal;
  const call = () => ({ operation: "launch", signal: never, deadline: deadlineAfter(cloud.clock, 60_000) });

  function openApi(firstToken?: string) {
    const given = [firstToken];
    const api: Api<keyof typeof endpoints> = createApi(
      {
        baseUrl: cloud.url,
        endpoints,
        readFailure: ({ status }) =>
          status === 401 ? { code: "unauthenticated", effect: "none" } : undefined,
        session: {
          async login(loginCall) {
            const response = z.object({ token: z.string() });
            const { token } = await api.call("login", { response, login: true, ...loginCall });
            return { value: given.shift() ?? token };
          },
          headers: (token) => ({ authorization: `Bearer ${token}` }),
        },
      },
      {
        ...{
          provider: "north",
          clock: cloud.clock,
          gate: createGate(cloud.clock),
          secrets: [],
          requestTimeoutMs: 1_000,
          maxResponseBytes: 100_000,
        },
        ...means,
      },
    );
    return api;
  }
  const json = { label: "x", image: "i" };

  it("has not been sent when the login fails", async () => {
    cloud.spoilNext(/login/, ...Array.from({ length: 9 }, () => ({ how: { status: 502 } })));
    const error = await caught(openApi().call("create", { json, rents: true, ...call() }));
    expect(error).toMatchObject({ code: "unavailable", effect: "none" });
    expect(cloud.creates()).toBe(0);
  });

  it("goes again, once, with a new token when the old one is refused", async () => {
    await openApi("stale").call("create", { json, rents: true, ...call() });
    expect(cloud.machines.size).toBe(1);
    expect(cloud.seen.map(({ path }) => path)).toEqual(["/login", "/machines", "/login", "/machines"]);
  });

  it("shows neither token when the cloud echoes it", async () => {
    cloud.spoilNext(/machines/, { how: { status: 400, body: "stale-token-1" } });
    const error = await caught(openApi("stale-token-1").call("create", { json, ...call() }));
    expect(inspect(error)).not.toContain("stale-token-1");
  });

  it("that commits money for long is not tried again, whatever the refusal", async () => {
    cloud.spoilNext(/machines/, { how: { status: 429, headers: { "retry-after": "1" } } });
    const error = await caught(openApi().call("create", { json, rents: "once", ...call() }));
    expect(error).toMatchObject({ code: "rate_limited", effect: "none" });
    expect(cloud.creates()).toBe(1);
  });

  it("is not sent when its caller leaves before", async () => {
    const abort = new AbortController();
    const beforeRenting = async (): Promise<void> => abort.abort();
    const error = await caught(
      openApi().call("create", { json, rents: true, ...call(), signal: abort.signal, beforeRenting }),
    );
    expect(error).toMatchObject({ code: "cancelled", effect: "none" });
    expect(cloud.creates()).toBe(0);
  });
});

describe("urls", () => {
  it("keep any parameter in one segment", () => {
    const id = fc
      .string({ minLength: 1 })
      .filter((text) => text !== "." && text !== ".." && text.isWellFormed());
    fc.assert(
      fc.property(id, (text) => {
        const url = new URL(buildUrl("https://cloud.test/api/", "/machines/{id}/stop", { id: text }));
        const segments = url.pathname.split("/");
        expect(segments.slice(0, 3).concat(segments.slice(-1))).toEqual(["", "api", "machines", "stop"]);
        expect(segments).toHaveLength(5);
        expect(url.host + url.search + url.hash).toBe("cloud.test");
      }),
    );
  });
});

describe("Retry-After", () => {
  const now = Date.parse("2026-01-31T12:00:00Z");
  it.each([
    ["120", undefined, 120_000],
    ["0.5", undefined, 500],
    ["Sat, 31 Jan 2026 12:00:10 GMT", undefined, 10_000],
    ["Sat, 31 Jan 2026 11:00:10 GMT", "Sat, 31 Jan 2026 11:00:00 GMT", 10_000],
    ["Sat, 31 Jan 2026 11:00:00 GMT", undefined, 0],
    ["soon", undefined, undefined],
    ["", undefined, undefined],
  ])("%s with the cloud's time %s is %s ms", (value, date, expected) => {
    const headers = new Headers({ "retry-after": value, ...(date === undefined ? {} : { date }) });
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});
