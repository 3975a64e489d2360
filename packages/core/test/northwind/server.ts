import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one request. `before`: nothing is done; `after`: the work is done and its answer spoilt. */
export interface Fault {
  readonly when?: "before" | "after";
  readonly how:
    | "reset"
    | "hang"
    | "truncate"
    | { status: number; body?: string; headers?: Record<string, string> };
  /** The work is done so much later, by the server's time, whatever the caller was told. */
  readonly lateMs?: number;
}

export interface Machine {
  readonly id: string;
  readonly label: string;
  readonly image: string;
  state: string;
  readonly createdAt: number;
  visibleAt: number;
  price?: number;
  /** `host:port`. */
  ssh?: string;
}

interface Seen {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/**
 * A small cloud, imaginary like its adapter: real HTTP, a state, a time that only the test moves, and faults. It imports
 * nothing of ours.
 */
export async function startNorthwind() {
  let now = Date.parse("2026-01-31T12:00:00Z");
  let number = 100;
  const machines = new Map<string, Machine>();
  const seen: Seen[] = [];
  const faults: { match: RegExp; fault: Fault }[] = [];
  const later: { at: number; work: () => void }[] = [];
  const settings = {
    key: "northwind-key-0123",
    visibleAfterMs: 0,
    uniqueLabels: false,
    pageSize: 2,
    /** Rows that the count speaks of and the pages do not hold. */
    missingRows: 0,
    offers: [
      { id: "b", gpu: "RTX 4090", count: 1, price: 0.5, gone: false },
      { id: "a", gpu: "RTX_4090", count: 1, price: 0.4, gone: false },
      { id: "c", gpu: "H100 SXM", count: 8, price: 20, gone: false },
    ],
  };

  function advance(ms: number): void {
    const until = now + ms;
    for (;;) {
      const next = later.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      later.splice(later.indexOf(next), 1);
      now = Math.max(now, next.at);
      next.work();
    }
    now = until;
  }

  interface Reply {
    readonly status: number;
    readonly body: unknown;
  }

  function work(method: string, path: string, query: URLSearchParams, body: string): Reply {
    const [, collection, id, action] = path.split("/");
    if (collection === "offers")
      return { status: 200, body: { offers: settings.offers.filter((o) => !o.gone) } };
    if (collection === "login") return { status: 200, body: { token: settings.key, expiresIn: 3600 } };
    if (method === "POST" && id === undefined) return create(JSON.parse(body));
    const machine = machines.get(id ?? "");
    if (method === "GET" && id === undefined) return list(query);
    if (machine === undefined || machine.visibleAt > now)
      return { status: 404, body: { error: "no_such_machine" } };
    if (method === "DELETE") machines.delete(machine.id);
    if (action === "pause") machine.state = "paused";
    if (action === "resume") machine.state = "up";
    return { status: 200, body: machine };
  }

  function create(wish: { label: string; image: string; offer?: string }): Reply {
    if (settings.offers.find((offer) => offer.id === wish.offer)?.gone) {
      return { status: 409, body: { error: "offer_gone" } };
    }
    if (settings.uniqueLabels && [...machines.values()].some(({ label }) => label === wish.label)) {
      return { status: 409, body: { error: "label_taken" } };
    }
    number += 1;
    const id = `m${number}`;
    const visibleAt = now + settings.visibleAfterMs;
    const { label, image } = wish;
    machines.set(id, { id, label, image, state: "up", createdAt: now, visibleAt });
    return { status: 201, body: { id } };
  }

  function list(query: URLSearchParams): Reply {
    const label = query.get("label");
    const rows = [...machines.values()].filter(
      (m) => m.visibleAt <= now && (label === null || m.label === label),
    );
    const start = Number(query.get("page") ?? 0) * settings.pageSize;
    const items = rows.slice(start, start + settings.pageSize);
    const more = start + settings.pageSize < rows.length;
    const next = more ? String(start / settings.pageSize + 1) : null;
    return { status: 200, body: { machines: items, next, total: rows.length + settings.missingRows } };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
  });

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    seen.push({ at: now, method, path: url.pathname, query: url.search, headers: request.headers, body });
    const index = faults.findIndex(({ match }) => match.test(`${method} ${url.pathname}`));
    const fault = index === -1 ? undefined : faults.splice(index, 1)[0]?.fault;
    const authorized =
      url.pathname === "/login" || request.headers.authorization === `Bearer ${settings.key}`;
    const run = (): Reply => work(method, url.pathname, url.searchParams, body);
    if (!authorized || fault === undefined) {
      reply(response, authorized ? run() : { status: 401, body: { error: "bad_key" } });
      return;
    }
    const { lateMs } = fault;
    if (lateMs !== undefined) later.push({ at: now + lateMs, work: () => void run() });
    else if (fault.when === "after") run();
    spoil(request, response, fault.how);
  }

  function spoil(request: IncomingMessage, response: ServerResponse, how: Fault["how"]): void {
    if (how === "reset") request.socket.resetAndDestroy();
    else if (how === "truncate") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":');
      setImmediate(() => request.socket.destroy());
    } else if (how !== "hang") {
      response.writeHead(how.status, { "content-type": "text/html", ...how.headers }).end(how.body ?? "");
    }
  }

  function reply(response: ServerResponse, { status, body }: Reply): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    settings,
    machines,
    seen,
    /** How many creates were sent, whatever became of them. */
    creates: () => seen.filter(({ method, path }) => method === "POST" && path === "/machines").length,
    /** Spoils the next requests that match `METHOD /path`, one fault each. */
    spoilNext(match: RegExp, ...next: Fault[]): void {
      for (const fault of next) faults.push({ match, fault });
    },
    clock: {
      now: () => now,
      async sleep(ms: number, signal?: AbortSignal): Promise<void> {
        if (signal?.aborted) return;
        advance(ms);
        await new Promise((resolve) => setImmediate(resolve));
      },
      alarm: (ms: number, work: () => void) => void later.push({ at: now + ms, work }),
    },
    advance,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Northwind = Awaited<ReturnType<typeof startNorthwind>>;
