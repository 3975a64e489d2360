import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isComputeError, tokenOf } from "../src/index.ts";
import { northwind, uniqueNorthwind } from "./northwind/adapter.ts";
import { type Fault, type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
});
afterEach(() => cloud[Symbol.asyncDispose]());

const create = /^POST \/machines$/;
const open = (adapter: typeof northwind = northwind, more: object = {}) =>
  adapter({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, ...more });
const request = { offerId: "a", image: "pytorch" };

it("launches one machine, marked with a token, and returns what is known of it", async () => {
  const instance = await open().launch({ ...request, name: "trainer" });
  expect(instance).toMatchObject({
    provider: "northwind",
    name: "trainer",
    status: "pending",
    image: "pytorch",
  });
  const [machine] = cloud.machines.values();
  expect(instance.id).toBe(machine?.id);
  expect(machine?.label).toMatch(/^trainer-gp[0-9a-z]{18}$/);
  expect(tokenOf(machine?.label)).toBeDefined();
});

describe("after an answer that says nothing", () => {
  const ambiguous: [string, Fault["how"]][] = [
    ["a reset", "reset"],
    ["an answer that never comes", "hang"],
    ["a truncated answer", "truncate"],
    ["a proxy's page", { status: 200, body: "<html>welcome</html>" }],
    ["an answer without an id", { status: 200, body: '{"ok":true}' }],
    ["502", { status: 502, body: "<html>bad gateway</html>" }],
    ["500", { status: 500 }],
    ["an undocumented refusal", { status: 400, body: '{"error":"strange"}' }],
  ];
  const clouds: [string, typeof northwind][] = [
    ["a cloud with labels", northwind],
    ["a cloud with unique names", uniqueNorthwind],
  ];
  for (const [kind, adapter] of clouds) {
    describe(`on ${kind}`, () => {
      beforeEach(() => {
        cloud.settings.uniqueLabels = adapter === uniqueNorthwind;
      });

      it.each(ambiguous)("%s after the work: the machine is adopted", async (_, how) => {
        cloud.spoilNext(create, { when: "after", how });
        const instance = await open(adapter, { endpoints: { "instance.create": { timeoutMs: 300 } } }).launch(
          request,
        );
        expect([...cloud.machines.keys()]).toEqual([instance.id]);
        expect(cloud.creates()).toBe(1);
      });

      it.each(ambiguous)("%s, and the work is done late: still one machine", async (_, how) => {
        cloud.spoilNext(create, { how, lateMs: 12_000 });
        const options = { endpoints: { "instance.create": { timeoutMs: 300 } } };
        const instance = await open(adapter, options).launch(request);
        cloud.advance(60_000);
        expect([...cloud.machines.keys()]).toEqual([instance.id]);
      });
    });
  }

  it.each(ambiguous)("%s before the work: a label cloud proves that nothing was created", async (_, how) => {
    cloud.spoilNext(create, { when: "before", how });
    const started = cloud.clock.now();
    const error = await open(northwind, { endpoints: { "instance.create": { timeoutMs: 300 } } })
      .launch(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ effect: "none" });
    expect(cloud.machines.size).toBe(0);
    expect(cloud.creates()).toBe(1);
    // Lag, latest commit and the request's own time-out have passed before anybody said "not created".
    expect(cloud.clock.now() - started).toBeGreaterThanOrEqual(5_000 + 20_000 + 300);
  });

  it("sends the same create again where the name is unique", async () => {
    cloud.settings.uniqueLabels = true;
    cloud.spoilNext(create, { when: "before", how: "reset" });
    const instance = await open(uniqueNorthwind).launch(request);
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
    const labels = cloud.seen
      .filter(({ method }) => method === "POST")
      .map(({ body }) => JSON.parse(body).label);
    expect(labels).toHaveLength(2);
    expect(new Set(labels).size).toBe(1);
  });

  it("counts the window from when the create really went out, after every wait", async () => {
    cloud.spoilNext(
      create,
      { how: { status: 429, headers: { "retry-after": "60" } } },
      { how: "reset", lateMs: 19_000 },
    );
    const instance = await open().launch(request);
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
  });

  it("does not conclude from a list that lags", async () => {
    cloud.settings.visibleAfterMs = 4_000;
    cloud.spoilNext(create, { when: "after", how: { status: 502 } });
    const instance = await open().launch(request);
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
  });

  it("does not conclude from one list, which may have missed the machine while its pages moved", async () => {
    cloud.spoilNext(create, { when: "after", how: "reset" });
    const started = cloud.clock.now();
    let missed = false;
    const fetch = async (asked: Request, init?: RequestInit): Promise<Response> => {
      const late = cloud.clock.now() >= started + 5_000 + 20_000 + 300;
      if (asked.method !== "GET" || missed) return globalThis.fetch(asked, init);
      missed = late;
      return Response.json({ machines: [], next: null, total: 0 });
    };
    const endpoints = { "instance.create": { timeoutMs: 300 } };
    const instance = await open(northwind, { fetch, endpoints }).launch(request);
    expect(missed).toBe(true);
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
  });

  it("adopts the machine that lives, not one that has ended under the same mark", async () => {
    cloud.spoilNext(create, { when: "after", how: "reset" });
    const fetch = async (asked: Request, init?: RequestInit): Promise<Response> => {
      const [machine] = cloud.machines.values();
      if (asked.method === "GET" && machine !== undefined && cloud.machines.size === 1) {
        cloud.machines.clear();
        cloud.machines.set("m1", { ...machine, id: "m1", state: "gone", createdAt: 0 });
        cloud.machines.set(machine.id, machine);
      }
      return globalThis.fetch(asked, init);
    };
    const instance = await open(northwind, { fetch }).launch(request);
    expect(instance.id).not.toBe("m1");
    expect(cloud.machines.has(instance.id)).toBe(true);
  });

  it("says so when it could not find out in time, and goes on looking when asked again", async () => {
    cloud.spoilNext(create, { when: "after", how: "reset" });
    cloud.settings.visibleAfterMs = 15_000;
    const provider = open();
    const error = await provider
      .launch({ ...request, key: "k" }, { timeoutMs: 10_000 })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "launch_ambiguous",
      effect: "maybe",
      retryable: false,
      launchKey: "k",
    });
    const instance = await provider.launch({ ...request, key: "k" });
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
    expect(cloud.creates()).toBe(1);
  });

  it("takes look-ups that fail for no answer at all", async () => {
    cloud.spoilNext(create, { when: "after", how: "reset" });
    cloud.spoilNext(
      /^GET \/machines$/,
      { how: { status: 200, body: "<html>" } },
      { how: { status: 503 } },
      { how: "reset" },
    );
    const instance = await open().launch(request);
    expect([...cloud.machines.keys()]).toEqual([instance.id]);
  });
});

describe("a definite refusal", () => {
  it("is thrown at once, with the effect none", async () => {
    cloud.spoilNext(create, { how: { status: 409, body: '{"error":"busy"}' } });
    await expect(open().launch(request)).rejects.toMatchObject({
      code: "no_capacity",
      effect: "none",
      retryable: true,
    });
    expect(cloud.seen).toHaveLength(1);
  });

  it("waits out a throttled create, which was refused before any work", async () => {
    cloud.spoilNext(create, { how: { status: 429, headers: { "retry-after": "7" } } });
    const started = cloud.clock.now();
    await open().launch(request);
    expect(cloud.clock.now() - started).toBeGreaterThanOrEqual(7_000);
    expect(cloud.machines.size).toBe(1);
  });

  it("tries again when nobody was reached", async () => {
    let calls = 0;
    const fetch = (input: Request): Promise<Response> => {
      calls += 1;
      if (calls > 1) return globalThis.fetch(input);
      return Promise.reject(
        new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { code: "ECONNREFUSED" }) }),
      );
    };
    await open(northwind, { fetch }).launch(request);
    expect(cloud.machines.size).toBe(1);
    expect(cloud.creates()).toBe(1);
  });
});

describe("keys", () => {
  it("give the same machine for the same request, one after another and at once", async () => {
    const provider = open();
    const keyed = { ...request, key: "job-7", env: { MODE: "train" } };
    const all = await Promise.all([provider.launch(keyed), provider.launch(keyed), provider.launch(keyed)]);
    all.push(await provider.launch({ env: { MODE: "train" }, key: "job-7", image: "pytorch", offerId: "a" }));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(cloud.machines.size).toBe(1);
  });

  it("refuse another request", async () => {
    const provider = open();
    const { id } = await provider.launch({ ...request, key: "job-7" });
    await expect(provider.launch({ ...request, image: "other", key: "job-7" })).rejects.toMatchObject({
      ...{ code: "conflict", effect: "none", launchKey: "job-7", instanceId: id },
    });
    expect(cloud.creates()).toBe(1);
  });

  it("are free again after a definite refusal", async () => {
    cloud.spoilNext(create, { how: { status: 409, body: '{"error":"busy"}' } });
    const provider = open();
    await expect(provider.launch({ ...request, key: "k" })).rejects.toMatchObject({ code: "no_capacity" });
    await provider.launch({ ...request, key: "k" });
    expect(cloud.machines.size).toBe(1);
  });

  it("stay with a machine that has been terminated", async () => {
    const provider = open();
    const { id } = await provider.launch({ ...request, key: "k" });
    await provider.terminate(id);
    await expect(provider.launch({ ...request, key: "k" })).resolves.toMatchObject({
      id,
      status: "terminated",
    });
    expect(cloud.creates()).toBe(1);
  });
});

describe("a caller who leaves", () => {
  it("before anything is sent: nothing is", async () => {
    await expect(open().launch(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      ...{ code: "cancelled", effect: "none" },
    });
    expect(cloud.seen).toHaveLength(0);
  });

  it("while the create is on its way: the machine is terminated before the call ends", async () => {
    const abort = new AbortController();
    const fetch = async (input: Request): Promise<Response> => {
      const answer = await globalThis.fetch(input);
      if (input.method === "POST") abort.abort();
      return answer;
    };
    const error = await open(northwind, { fetch })
      .launch(request, { signal: abort.signal })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "cancelled", effect: "none" });
    expect(cloud.creates()).toBe(1);
    expect(cloud.machines.size).toBe(0);
  });

  it("while it is looked for: it is found and terminated", async () => {
    const abort = new AbortController();
    cloud.settings.visibleAfterMs = 4_000;
    cloud.spoilNext(create, { when: "after", how: "reset" });
    const fetch = (input: Request): Promise<Response> => {
      if (input.method === "GET") abort.abort();
      return globalThis.fetch(input);
    };
    const error = await open(northwind, { fetch })
      .launch(request, { signal: abort.signal })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "cancelled", effect: "none" });
    expect(cloud.machines.size).toBe(0);
  });
});

describe("by what is needed", () => {
  it("takes the cheapest offer that matches, whatever the spelling", async () => {
    const instance = await open().launch({ image: "pytorch", gpu: { model: "NVIDIA GeForce RTX 4090" } });
    expect(instance).toMatchObject({
      price: { perHourMicros: 400_000 },
      hardware: { gpu: { id: "rtx-4090", count: 1 } },
    });
    expect(JSON.parse(cloud.seen.at(-1)?.body ?? "")).toMatchObject({ offer: "a" });
  });

  it("goes on to the next offer when the first is gone", async () => {
    cloud.spoilNext(create, { how: { status: 409, body: '{"error":"offer_gone"}' } });
    const instance = await open().launch({ image: "pytorch", gpu: { model: "rtx-4090" } });
    expect(instance.price?.perHourMicros).toBe(500_000);
    expect(cloud.machines.size).toBe(1);
  });

  it("does not go on while the first may have been rented", async () => {
    cloud.spoilNext(create, { when: "before", how: { status: 502 } });
    await expect(open().launch({ image: "pytorch", gpu: { model: "rtx-4090" } })).rejects.toMatchObject({
      effect: "none",
    });
    expect(cloud.creates()).toBe(1);
  });

  it("launches nothing dearer than allowed", async () => {
    const gpu = { model: "rtx-4090" };
    await expect(open().launch({ image: "pytorch", gpu, maxPerHourMicros: 300_000 })).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "none", message: expect.stringContaining("0.4 USD") },
    });
    await expect(
      open().launch({ ...request, offerId: "b", maxPerHourMicros: 450_000 }),
    ).rejects.toMatchObject({
      ...{ code: "no_capacity", effect: "none" },
    });
    expect(cloud.creates()).toBe(0);
    await open().launch({ ...request, offerId: "b", maxPerHourMicros: 500_000 });
    expect(cloud.machines.size).toBe(1);
  });

  it("says that nothing matches", async () => {
    const error = await open()
      .launch({ image: "pytorch", gpu: { model: "mi300x" } })
      .catch((thrown: unknown) => thrown);
    expect(isComputeError(error, "no_capacity")).toBe(true);
  });
});
