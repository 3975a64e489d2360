import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createAccount } from "./account.ts";
import { createLives } from "./lives.ts";
import { hourlyCents, type Machine } from "./machine.ts";
import { createMachines } from "./machines.ts";
import { createMarket } from "./market.ts";
import { fieldsOf, Refusal } from "./refusal.ts";
import { routesOf } from "./routes.ts";
import { createStored } from "./stored.ts";
import { createTime } from "./time.ts";

const startAt = Date.parse("2026-01-31T18:30:00Z");
const credential = "tundra-key-51c0ffee77";

/**
 * A small imaginary cloud: real HTTP, a state, a time that only its owner moves, and a bill. Its wire has the traps of
 * real ones: prices in cents and per GPU, GB that are GiB, local time without a zone, a page at a time, states that take
 * their time, a 404 for a key that it does not know. It imports nothing of ours.
 */
export async function startTundra() {
  const time = createTime(startAt);
  let count = 100;
  const newId = (prefix: string): string => {
    count += 1;
    return `${prefix}-${count}`;
  };
  const market = createMarket();
  const lives = createLives(time);
  const stored = createStored(time, newId);
  const machines = createMachines({ time, market, lives, stored, newId });
  const account = createAccount(time, machines.all);
  const routes = routesOf({ machines, market, stored, lives, account });

  function work(method: string, url: URL, authorization: string | undefined, text: string): unknown {
    const [, collection = "", id = "", action] = decodeURIComponent(url.pathname).split("/");
    const [, rest = ""] = /^\/[^/]+\/(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (authorization !== `Bearer ${credential}`) {
      // Whoever may not see a machine is told that there is none; the word tells the two apart.
      throw new Refusal(id === "" ? 401 : 404, "bad_key", "this key opens nothing here");
    }
    const query = fieldsOf(Object.fromEntries(url.searchParams));
    const body = fieldsOf(text === "" ? {} : JSON.parse(text));
    const plain = routes[`${method} ${url.pathname}`];
    if (plain !== undefined) return plain({ id: "", query, body });
    const last = action !== undefined && routes[`${method} /${collection}/:id/${action}`];
    if (last) return last({ id, query, body });
    const single = routes[`${method} /${collection}/:id`];
    if (single === undefined) throw new Refusal(404, "no_such_path", "there is nothing here");
    return single({ id: rest, query, body });
  }

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://tundra");
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    try {
      send(method === "POST" ? 201 : 200, work(method, url, request.headers.authorization, text));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(error.status, { error: error.word, message: error.message });
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("it listens on no port");

  const exists = ({ state }: Machine): boolean => state !== "ended";
  return {
    url: `http://127.0.0.1:${address.port}`,
    credential,
    /** For whoever lives in the cloud's time: to sleep is to let it pass, so minutes go by in milliseconds. */
    clock: {
      now: time.now,
      async sleep(ms: number, signal?: AbortSignal): Promise<void> {
        if (signal?.aborted) return;
        time.advance(ms);
        // Lets the answers of other calls arrive before time goes on.
        await new Promise((resolve) => setImmediate(resolve));
      },
      alarm: time.after,
    },
    /** The machines that exist, and what each costs an hour, by the cloud's own account. */
    bill: () =>
      machines
        .all()
        .filter(exists)
        .map((machine) => ({ id: machine.id, state: machine.state, hourlyCents: hourlyCents(machine) })),
    /** Everything that the cloud knows of a machine, ended or not. */
    machine: (id: string): Machine | undefined => machines.all().find((machine) => machine.id === id),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
