import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isComputeError, type LaunchRequest } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
});
afterEach(() => cloud[Symbol.asyncDispose]());

const open = (more: object = {}) =>
  northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, ...more });
const base = { offerId: "a", image: "pytorch" };

describe("a request is refused before anything is sent", () => {
  const wrong: [string, string, unknown][] = [
    ["invalid_argument", "colour", { ...base, colour: "red" }],
    ["invalid_argument", "offerId", { ...base, offerId: 7 }],
    ["invalid_argument", "gpu", { ...base, gpu: { model: "rtx-4090" } }],
    ["invalid_argument", "gpu.model", { image: "i", gpu: { model: " " } }],
    ["invalid_argument", "gpu.count", { image: "i", gpu: { model: "l4", count: 1.5 } }],
    ["invalid_argument", "gpu.memory", { image: "i", gpu: { model: "l4", memory: 7 } }],
    ["invalid_argument", "env.BAD-NAME", { ...base, env: { "BAD-NAME": "1" } }],
    ["invalid_argument", "env.NUL", { ...base, env: { NUL: "a\0b" } }],
    ["invalid_argument", "pricing.kind", { ...base, pricing: { kind: "cheap" } }],
    ["invalid_argument", "maxPerHourMicros", { ...base, maxPerHourMicros: 0.5 }],
    [
      "invalid_argument",
      "providerOptions.northwind.shelf",
      { ...base, providerOptions: { northwind: { shelf: 1 } } },
    ],
    ["unsupported", "region", { ...base, region: "eu" }],
    ["unsupported", "labels", { ...base, labels: { team: "a" } }],
    ["unsupported", "ports", { ...base, ports: [{ port: 80 }] }],
    ["unsupported", "snapshot", { offerId: "a", snapshot: "s" }],
    ["unsupported", "pricing", { ...base, pricing: { kind: "spot" } }],
    ["invalid_argument", "sshPublicKeys.0", { ...base, sshPublicKeys: ["-----BEGIN PRIVATE KEY-----"] }],
  ];
  it.each(wrong)("%s: %s", async (code, field, request) => {
    const error = await open()
      .launch(request as LaunchRequest)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, field, effect: "none", retryable: false, operation: "launch" });
    expect(String(error)).toContain(field.split(".").at(-1));
    expect(cloud.seen).toHaveLength(0);
  });

  it("so are call options", async () => {
    for (const timeoutMs of [0, -1, Number.NaN]) {
      await expect(open().launch(base, { timeoutMs })).rejects.toMatchObject({
        code: "invalid_argument",
        field: "timeoutMs",
      });
    }
    await expect(open().waitFor("m1", "stopped", { ready: "ssh" })).rejects.toMatchObject({ field: "ready" });
  });
});

it("lets options for other clouds stand beside its own", async () => {
  await open().launch({
    ...base,
    providerOptions: { northwind: { rack: "r7" }, elsewhere: { anything: true } },
  });
  expect(JSON.parse(cloud.seen[0]?.body ?? "")).toMatchObject({ rack: "r7" });
});

it("fills in aliases and defaults, and the request wins", async () => {
  const provider = open({
    images: { pytorch: "registry/pytorch:2.4" },
    defaults: {
      image: "pytorch",
      offerId: "b",
      env: { A: "1" },
      providerOptions: { northwind: { rack: "r1" } },
    },
  });
  await provider.launch({});
  await provider.launch({
    gpu: { model: "rtx-4090" },
    image: "mine",
    providerOptions: { northwind: { rack: "r2" } },
  });
  const bodies = cloud.seen.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body));
  expect(bodies).toMatchObject([
    { image: "registry/pytorch:2.4", offer: "b", rack: "r1" },
    { image: "mine", offer: "a", rack: "r2" },
  ]);
});

describe("options", () => {
  const config = (options: object, field: string): void => {
    let error: unknown;
    try {
      open(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "invalid_config", field, provider: "northwind" });
    expect(isComputeError(error)).toBe(true);
  };

  it("are strict, and say which is wrong", () => {
    config({ apikey: "x" }, "apikey");
    config({ baseUrl: "http://api.example.com" }, "baseUrl");
    config({ baseUrl: "https://user:pw@api.example.com" }, "baseUrl");
    config({ baseUrl: "ftp://api.example.com" }, "baseUrl");
    config({ facts: { visibilityLag: 3 } }, "facts.visibilityLag");
    config({ endpoints: { "instance.get": { verb: "GET" } } }, "endpoints.instance.get.verb");
    config({ statuses: { up: { status: "fine" } } }, "statuses.up.status");
    config({ defaults: { colour: "red" } }, "defaults.colour");
  });

  it("come from the environment where they are left out", async () => {
    vi.stubEnv("NORTHWIND_API_KEY", cloud.settings.key);
    await northwind({ baseUrl: cloud.url, clock: cloud.clock }).launch(base);
    vi.stubEnv("NORTHWIND_API_KEY", "");
    expect(() => northwind()).toThrowError(/apiKey \(NORTHWIND_API_KEY\)/);
  });

  it("override endpoints, statuses, errors and facts row by row", async () => {
    const provider = open({
      endpoints: { "instance.get": { path: "v2/machines/{id}" } },
      errors: { strange: { code: "quota_exceeded", effect: "none" } },
      facts: { visibilityLagMs: 1, bills: { stopped: "compute" } },
    });
    expect(provider.facts).toMatchObject({
      visibilityLagMs: 1,
      bills: { provisioning: "compute", stopped: "compute" },
    });
    cloud.spoilNext(/^GET/, { how: { status: 400, body: '{"error":"strange"}' } });
    await expect(provider.describe("m1")).rejects.toMatchObject({
      code: "quota_exceeded",
      providerCode: "strange",
    });
    expect(cloud.seen[0]?.path).toBe("/v2/machines/m1");
  });
});
