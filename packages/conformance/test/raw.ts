import { ComputeError, type ComputeProvider, type Instance, type ProviderFacts } from "@gpuport/core";
import { startNorthwind } from "../../core/test/northwind/server.ts";
import type { Bench, Means } from "../src/index.ts";

// A provider as somebody writes it who has never heard of a lost answer: without core's `provide`, straight to the wire.

const facts: ProviderFacts = {
  ...{ launchIdentity: "label", visibilityLagMs: 0, appearsWithinMs: 0, lateCommitMs: 0 },
  ...{ confirmTerminateMs: 60_000, pollIntervalMs: 1000, pageSize: 100, requestTimeoutMs: 5000 },
  bills: { provisioning: "compute", stopped: "storage" },
  rateLimits: {},
  evidence: { create: "documented" },
};

interface Row {
  readonly id: string;
  readonly state: string;
}

function naive(baseUrl: string, key: string, { fetch, clock }: Means): ComputeProvider {
  async function send(method: string, path: string, body?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(new Request(`${baseUrl}${path}`, { method, headers, ...json }));
      if (response.status < 500 || tries === 3) return response;
    }
  }
  function toInstance({ id, state }: Row): Instance {
    return {
      ...{ id, provider: "naive", status: state === "up" ? "running" : "stopped", providerStatus: state },
      ...{ billing: "compute", hardware: {}, access: { ssh: [], ports: [] }, labels: {} },
      observedAt: new Date(clock.now()),
    };
  }
  async function describe(id: string): Promise<Instance> {
    const response = await send("GET", `/machines/${id}`);
    if (!response.ok) throw new ComputeError({ code: "not_found", message: `no ${id}` });
    return toInstance((await response.json()) as Row);
  }
  return {
    ...{ name: "naive", adapter: "naive", facts, describe, waitFor: describe },
    async launch({ image }) {
      const created = await send("POST", "/machines", { label: "x", image });
      const { id } = (await created.json()) as Row;
      return toInstance({ id, state: "up" });
    },
    async *list() {
      const response = await send("GET", "/machines");
      if (!response.ok) return;
      const { machines } = (await response.json()) as { readonly machines: readonly Row[] };
      for (const row of machines) yield toInstance(row);
    },
    async terminate(id) {
      await send("DELETE", `/machines/${id}`);
      return { id, evidence: "not_found", observedAt: new Date(clock.now()) };
    },
  };
}

export async function openNaive(): Promise<Bench> {
  const cloud = await startNorthwind();
  cloud.settings.pageSize = 100;
  return {
    make: (means) => naive(cloud.url, cloud.settings.key, means),
    machines: () => cloud.machines.size,
    clock: cloud.clock,
    request: { image: "trainer" },
    unknownId: "m999",
    close: () => cloud[Symbol.asyncDispose](),
  };
}
