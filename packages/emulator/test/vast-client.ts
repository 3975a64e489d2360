import { type Kit, type KitOptions, startClouds } from "../src/kit/start.ts";
import { createVast, type VastCredentials } from "../src/vast/cloud.ts";
import type { VastSettings } from "../src/vast/settings.ts";

export type Row = Readonly<Record<string, unknown>>;

interface Reply {
  readonly status: number;
  /** The body as JSON, or as text when it is none. */
  readonly body: unknown;
  readonly headers: Headers;
}

export interface VastClient {
  readonly kit: Kit<{ vast: VastCredentials }>;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
  readonly search: (filters?: Row) => Promise<readonly Row[]>;
  /** Rents the first offer of a search, or the one given, and returns the id. */
  readonly rent: (body?: Row, offerId?: unknown) => Promise<number>;
  readonly read: (id: number) => Promise<Row | null>;
  /** One page of the list. */
  readonly list: (query?: Readonly<Record<string, string>>) => Promise<Row>;
  readonly rows: (query?: Readonly<Record<string, string>>) => Promise<readonly Row[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Speaks to an emulated Vast.ai with a clock that stands still. */
export async function openVast(
  settings: Partial<VastSettings> = {},
  options: KitOptions = {},
): Promise<VastClient> {
  const kit = await startClouds<{ vast: VastCredentials }>(
    { vast: (context) => createVast(context, settings) },
    { clock: "manual", ...options },
  );

  const call: VastClient["call"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${kit.urls.vast}${path}`, {
      method,
      headers: { authorization: `Bearer ${kit.credentials.vast.apiKey}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parse(text), headers: response.headers };
  };
  const search: VastClient["search"] = async (filters = {}) => {
    const { body } = await call("POST", "/api/v0/bundles/", filters);
    return rowsOf(body, "offers");
  };
  const list: VastClient["list"] = async (query = {}) => {
    const { body } = await call("GET", `/api/v1/instances/?${new URLSearchParams(query).toString()}`);
    return asRow(body);
  };

  return {
    kit,
    call,
    search,
    async rent(body = {}, offerId) {
      const ask = offerId ?? (await search({ direct_port_count: { gte: 2 } }))[0]?.["id"];
      const reply = await call("PUT", `/api/v0/asks/${String(ask)}/`, createBody(body));
      const id = asRow(reply.body)["new_contract"];
      if (typeof id !== "number") throw new Error(`no contract: ${JSON.stringify(reply.body)}`);
      return id;
    },
    async read(id) {
      const { body } = await call("GET", `/api/v0/instances/${id}/`);
      const row = asRow(body)["instances"];
      return row === null ? null : asRow(row);
    },
    list,
    rows: async (query) => rowsOf(await list(query), "instances"),
    [Symbol.asyncDispose]: kit.close,
  };
}

export function createBody(more: Row = {}): Row {
  return {
    client_id: "me",
    image: "nvidia/cuda:12.4.1-runtime-ubuntu22.04",
    disk: 40,
    runtype: "ssh_direc ssh_proxy",
    env: { MODE: "train", "-p 8080:8080": "1" },
    cancel_unavail: true,
    target_state: "running",
    ...more,
  };
}

export function asRow(value: unknown): Row {
  if (typeof value !== "object" || value === null) throw new Error(`not an object: ${String(value)}`);
  return value as Row;
}

function rowsOf(value: unknown, member: string): readonly Row[] {
  const rows = asRow(value)[member];
  if (!Array.isArray(rows)) throw new Error(`no rows: ${JSON.stringify(value)}`);
  return rows as readonly Row[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
