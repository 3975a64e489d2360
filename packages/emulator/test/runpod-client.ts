import { startClouds } from "../src/kit/start.ts";
import { createRunpod, type RunpodCredentials } from "../src/runpod/cloud.ts";
import type { RunpodSettings } from "../src/runpod/settings.ts";

export type Body = Readonly<Record<string, unknown>>;

export const startAt = Date.parse("2026-10-10T08:00:00Z");
export const rtx4090 = "NVIDIA GeForce RTX 4090";
/** From the create until the container is up. */
export const untilRunning = 27_000;

export const order: Body = {
  name: "cp-7f3a9c21d0b4",
  image: "runpod/base:1.0.0-ubuntu2204",
  cloud: "SECURE",
  gpu: { id: rtx4090, count: 1 },
  disk: 40,
  dataCenterIds: ["EU-RO-1"],
  ports: ["22/tcp", "8080/http"],
  env: { MODE: "train" },
};

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** RunPod alone, and a caller that says who it is. */
export async function openRunpod(settings: Partial<RunpodSettings> = {}) {
  const kit = await startClouds<{ runpod: RunpodCredentials }>(
    { runpod: (context) => createRunpod(context, settings) },
    { clock: "manual", startAt },
  );
  const { apiKey } = kit.credentials.runpod;

  async function send(method: string, path: string, body?: unknown, headers: Body = {}): Promise<Told> {
    const response = await fetch(`${kit.urls.runpod}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        "user-agent": "emulator-test/1",
        authorization: `Bearer ${apiKey}`,
        ...(headers as Record<string, string>),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  const create = (more: Body = {}) => send("POST", "/v2/pods", { ...order, ...more });
  const get = (id: string) => send("GET", `/v2/pods/${id}`);

  return {
    kit,
    send,
    create,
    get,
    async rent(more: Body = {}) {
      const { body, text } = await create(more);
      const { id } = body;
      if (typeof id !== "string") throw new Error(`nothing was rented: ${text}`);
      return id;
    },
    async rentRunning(more: Body = {}) {
      const id = await this.rent(more);
      kit.clock.advance(untilRunning);
      return id;
    },
    act: (id: string, action: string) => send("POST", `/v2/pods/${id}/action`, { action }),
    remove: (id: string) => send("DELETE", `/v2/pods/${id}`),
    status: async (id: string) => (await get(id)).body["status"],
    list: (query = "") => send("GET", `/v2/pods${query}`),
    async ids(query = "") {
      const { body } = await send("GET", `/v2/pods${query}`);
      return (body["pods"] as readonly Body[]).map(({ id }) => id);
    },
    flag(endpoint: string, flag: string, value: string | number | boolean = true) {
      kit.faults.add({ cloud: "runpod", endpoint, fault: "flag", flag, value, times: 1 });
    },
    [Symbol.asyncDispose]: kit.close,
  };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (inner as Body | undefined)?.[name], value);
}
