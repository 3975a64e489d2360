import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

// The cloud as its documentation describes it: real HTTP, a state, and a time that the test moves. It imports nothing of
// the adapter, because sharing a table or a schema would let one mistake hide the other.

export const credentials = { apiKey: "my-cloud-key-0123" };
export const wrongCredentials = { apiKey: "wrong-key-4567" };

/** How long a machine waits, boots, halts and is deleted, and how long the list does not show it. */
const lag = { queuedMs: 5_000, bootMs: 30_000, haltMs: 10_000, deleteMs: 5_000, listMs: 3_000 };
const pageSize = 2;
const hardware = { gpu_name: "RTX 4090", gpu_count: 1, gpu_memory_gb: 24, price_cents: 45 };
const types = [{ id: "rtx4090x1", ...hardware, free: 7 }];

interface Machine {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly createdAt: number;
  upAt: number;
  haltedAt?: number | undefined;
  deletedAt?: number | undefined;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export async function startServer(time?: () => number) {
  let moved = Date.parse("2026-01-31T12:00:00Z");
  const now = time ?? (() => moved);
  const alarms: { readonly at: number; readonly work: () => void }[] = [];
  const machines = new Map<string, Machine>();

  const refuse = (status: number, code: string): Reply => ({ status, body: { error: { code } } });
  const exists = ({ deletedAt }: Machine): boolean =>
    deletedAt === undefined || now() < deletedAt + lag.deleteMs;

  function stateOf({ createdAt, upAt, haltedAt, deletedAt }: Machine): string {
    if (deletedAt !== undefined) return "deleting";
    if (haltedAt !== undefined) return now() < haltedAt + lag.haltMs ? "halting" : "halted";
    if (now() < createdAt + lag.queuedMs) return "queued";
    return now() < upAt ? "booting" : "up";
  }

  function toRow(machine: Machine): object {
    const state = stateOf(machine);
    return {
      ...{ id: machine.id, name: machine.name, image: machine.image, state, region: "north-1" },
      ...hardware,
      created_at: machine.createdAt / 1000,
      ssh: state === "up" ? { host: "203.0.113.7", port: 2201, user: "root" } : null,
    };
  }

  function create(wish: { readonly name: string; readonly type?: string; readonly image: string }): Reply {
    if (!types.some(({ id }) => id === wish.type)) return refuse(404, "no_such_type");
    const id = `m-${1000 + machines.size}`;
    const upAt = now() + lag.queuedMs + lag.bootMs;
    machines.set(id, { id, name: wish.name, image: wish.image, createdAt: now(), upAt });
    return { status: 201, body: { id } };
  }

  function list(query: URLSearchParams): Reply {
    const shown = [...machines.values()].filter((row) => exists(row) && now() >= row.createdAt + lag.listMs);
    const start = Number(query.get("cursor") ?? 0);
    const next = start + pageSize;
    const next_cursor = next < shown.length ? String(next) : null;
    const rows = shown.slice(start, next).map(toRow);
    return { status: 200, body: { machines: rows, next_cursor, total: shown.length } };
  }

  function act(machine: Machine, method: string, action: string | undefined): Reply {
    if (method === "GET") return { status: 200, body: toRow(machine) };
    if (method === "DELETE") machine.deletedAt ??= now();
    if (action === "stop") machine.haltedAt ??= now();
    if (action === "start" && machine.haltedAt !== undefined) {
      machine.haltedAt = undefined;
      machine.upAt = now() + lag.bootMs;
    }
    return { status: 204 };
  }

  function answer({ method = "", url = "", headers }: IncomingMessage, body: string): Reply {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    if (headers.authorization !== `Bearer ${credentials.apiKey}`) return refuse(401, "bad_credentials");
    const [, collection, id, action] = pathname.split("/");
    if (collection === "types") return { status: 200, body: { types } };
    if (id === undefined) return method === "POST" ? create(JSON.parse(body)) : list(searchParams);
    const machine = machines.get(id);
    return machine && exists(machine) ? act(machine, method, action) : refuse(404, "no_such_machine");
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, body } = answer(request, Buffer.concat(chunks).toString());
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // what listening on a port gives

  return {
    url: `http://127.0.0.1:${port}`,
    /** The machines that bill, by the cloud's own account. */
    billing: () => [...machines.values()].filter(({ deletedAt }) => deletedAt === undefined).length,
    /** For a provider that lives in this server's time: to sleep is to move it. */
    clock: {
      now,
      async sleep(ms: number, signal?: AbortSignal): Promise<void> {
        if (signal?.aborted) return;
        moved += ms;
        for (const { work } of alarms.filter(({ at }) => at <= moved)) work();
        alarms.splice(0, alarms.length, ...alarms.filter(({ at }) => at > moved));
        await new Promise((resolve) => setImmediate(resolve));
      },
      alarm: (ms: number, work: () => void) => void alarms.push({ at: moved + ms, work }),
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
