import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmulatorClock } from "./clock.ts";
import type { FaultBook, Hit, Work } from "./faults.ts";
import type { RequestRecord } from "./log.ts";
import { createRouter, type Router } from "./router.ts";
import { send } from "./send.ts";
import { render, replacement, withPatch, withRows } from "./spoil.ts";
import type { Answer, Cloud, CloudRequest, Random } from "./types.ts";

export interface CloudServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The cloud as it is now; another one after a reset. */
  readonly cloud: () => Cloud;
  readonly clock: EmulatorClock;
  /** Whether a call that takes time moves the clock by it. */
  readonly slowCallsPass: boolean;
  readonly faults: FaultBook;
  readonly random: Random;
  readonly record: (record: RequestRecord) => void;
  /** Answers requests under `/_emulator/`. */
  readonly control: (method: string, path: string, body: unknown) => Answer | Promise<Answer>;
}

export interface CloudServer {
  readonly origin: () => string;
  readonly listen: () => Promise<void>;
  /** Closes the port and cuts every connection; `listen` opens the same port again. */
  readonly refuse: () => void;
  readonly close: () => Promise<void>;
}

const controlPrefix = "/_emulator/";
/** A call that takes longer is one that never answers. */
const longestCallMs = 3_600_000;
const largestBody = 16 * 1024 * 1024;

export function createCloudServer(options: CloudServerOptions): CloudServer {
  let port = options.port;
  let server: Server | undefined;
  const routers = new WeakMap<Cloud, Router>();

  function routerOf(cloud: Cloud): Router {
    const known = routers.get(cloud);
    if (known !== undefined) return known;
    const router = createRouter(cloud.endpoints);
    routers.set(cloud, router);
    return router;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://emulator.invalid");
    const text = await readBody(request);
    if (url.pathname.startsWith(controlPrefix)) {
      const answer = await options.control(method, url.pathname.slice(controlPrefix.length), parse(text));
      send(response, render(answer), undefined, new Date(options.clock.now()));
      return;
    }
    const cloud = options.cloud();
    const json = parse(text);
    const route = routerOf(cloud)(method, url.pathname, json);
    const hit = options.faults.hit(cloud.name, route?.endpoint.key);
    const asked: CloudRequest = {
      method,
      path: url.pathname,
      endpoint: route?.endpoint.key,
      params: route?.params ?? {},
      query: url.searchParams,
      headers: flatten(request),
      text,
      json,
      flags: hit.flags,
    };
    const record = (work: RequestRecord["work"], status: number | undefined) =>
      options.record({
        at: options.clock.now(),
        cloud: cloud.name,
        method,
        path: url.pathname,
        endpoint: route?.endpoint.key,
        status,
        fault: hit.wire?.fault,
        work,
      });
    await answer({ cloud, asked, hit, rows: route?.endpoint.rows, response, record });
  }

  interface Exchange {
    readonly cloud: Cloud;
    readonly asked: CloudRequest;
    readonly hit: Hit;
    readonly rows: string | undefined;
    readonly response: ServerResponse;
    readonly record: (work: RequestRecord["work"], status: number | undefined) => void;
  }

  async function answer({ cloud, asked, hit, rows, response, record }: Exchange): Promise<void> {
    const { clock } = options;
    const fault = hit.wire;
    const date = () => new Date(clock.now());

    if (fault?.fault === "reset" || fault?.fault === "hang") {
      const work = spoilt(cloud, asked, fault);
      record(work, undefined);
      if (fault.fault === "reset") response.socket?.resetAndDestroy();
      return;
    }
    const instead = fault === undefined ? undefined : replacement(fault, clock.now());
    if (fault !== undefined && instead !== undefined) {
      // Too many requests means that this one was not looked at.
      const work = "work" in fault ? spoilt(cloud, asked, fault) : "none";
      record(work, instead.status);
      send(response, render(instead), undefined, date());
      return;
    }

    if (fault?.fault === "delay" && fault.when === "before_work") {
      await realDelay(fault.ms);
      // A front that held the request back does not hand it on for somebody who has left.
      if (response.closed) return record("none", undefined);
    }
    let given = cloud.handle(asked);
    const due = clock.now() + (given.afterMs ?? 0);
    if (fault?.fault === "rows") given = withRows(given, rows, fault, options.random);
    if (fault?.fault === "patch") given = withPatch(given, fault.set);
    record("done", given.status);
    if (fault?.fault === "delay" && fault.when !== "before_work") await realDelay(fault.ms);
    await until(due);
    send(response, render(given), fault, date());
  }

  /** A call that takes time: on a clock that stands still it moves the time by what it takes, or nobody would. */
  async function until(due: number): Promise<void> {
    const { clock } = options;
    const waitMs = due - clock.now();
    if (waitMs <= 0) return;
    if (options.slowCallsPass && waitMs <= longestCallMs) clock.advance(waitMs);
    else await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  }

  function spoilt(
    cloud: Cloud,
    asked: CloudRequest,
    fault: { readonly work?: Work | undefined; readonly lateMs?: number | undefined },
  ): Work {
    const work = fault.work ?? "none";
    if (work === "done") cloud.handle(asked);
    if (work === "late") options.clock.after(fault.lateMs ?? 0, () => cloud.handle(asked));
    return work;
  }

  function open(): Server {
    const created = createServer((request, response) => {
      receive(request, response).catch((error: unknown) => {
        // A mistake in the emulator itself must not look like the cloud's own 500.
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        if (response.headersSent) response.socket?.destroy();
        else {
          send(response, render({ status: 599, json: { emulator_error: message } }), undefined, new Date());
        }
      });
    });
    // Long enough that a client's pool never meets a closing connection by chance; `drop_connection` does it on purpose.
    created.keepAliveTimeout = 60_000;
    return created;
  }

  return {
    origin: () => `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    async listen() {
      if (server !== undefined) return;
      const opened = open();
      server = opened;
      await new Promise<void>((resolve, reject) => {
        opened.once("error", reject);
        opened.listen(port, options.host, () => resolve());
      });
      const address = opened.address();
      if (isAddress(address)) port = address.port;
    },
    refuse() {
      server?.close();
      server?.closeAllConnections();
      server = undefined;
    },
    async close() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      await new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeAllConnections();
      });
    },
  };
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

function realDelay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new RangeError("the request body is larger than 16 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Whether a body that is not JSON matters is for the cloud to say; it has the text as well.
    return undefined;
  }
}

function flatten(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}
