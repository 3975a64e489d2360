import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex, Readable } from "node:stream";
import zlib from "node:zlib";
import { lookup, type Table } from "../table.ts";
import { collectText } from "./body.ts";

// fetch spends most of a small call's time on its streams and signals. Node's own client takes less than half of it, and
// means the same by everything that goes wrong on the wire; the tests run over both. Proxies, certificates and agents are
// those that the process was told. It follows no redirect.

/** Elsewhere `node:http` is made of the runtime's own fetch. */
const isNode: boolean = globalThis.navigator?.userAgent?.startsWith("Node.js/") ?? false;
let looked: unknown;
let isNodes = false;

/**
 * Whether Node's client may stand in for fetch. Whoever has replaced the global one, to watch what a program sends or to
 * send it elsewhere, is heard: only Node's own, which says what it stands on, is passed by.
 */
export function standsInForFetch(): boolean {
  if (!isNode) return false;
  if (globalThis.fetch !== looked) {
    looked = globalThis.fetch;
    isNodes = Function.prototype.toString.call(looked).includes("internal/deps/undici/undici");
  }
  return isNodes;
}

/** As long as fetch waits for a connection. */
const connectTimeoutMs = 10_000;

/** What goes with a request besides what ky knows of it, and what ends it. */
export interface Surroundings {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

/** Sends a request with Node's client. The answer is there as a whole, so that one deadline and one bound hold it. */
export async function sendWithNode(request: Request, around: Surroundings): Promise<Response> {
  const { signal, maxBytes } = around;
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  signal.throwIfAborted();
  const { protocol, hostname, port, pathname, search } = new URL(request.url);
  const { request: open } = protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = open({
      ...{ method: request.method, path: pathname + search, headers: headersOf(request, body, around) },
      ...{ hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port },
    });
    const leave = (): void => void outgoing.destroy(new Error("left"));
    signal.addEventListener("abort", leave, { once: true });
    outgoing.on("close", () => signal.removeEventListener("abort", leave));
    outgoing.on("socket", (socket) => limitConnecting(outgoing, socket));
    const broken = (error: unknown): void => {
      reject(error);
      outgoing.destroy();
    };
    outgoing.on("error", broken);
    outgoing.on("response", (incoming) => void receive(incoming, maxBytes).then(resolve, broken));
    outgoing.end(body);
  });
}

function receive(incoming: IncomingMessage, maxBytes: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { statusCode: status = 0, headers } = incoming;
    const text = collectText(maxBytes, headers["content-length"]);
    const body = decoded(incoming, reject);
    body.on("error", reject);
    body.on("end", () => resolve(toResponse(status, headers, text.end())));
    body.on("data", (chunk: Uint8Array) => {
      try {
        text.add(chunk);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** With what fetch sends too, and a server may want. Without a length, Node gives the body of a DELETE no end. */
function headersOf(
  request: Request,
  body: Uint8Array | undefined,
  { headers }: Surroundings,
): Record<string, string | number> {
  return {
    ...{ "accept-encoding": "gzip, br", "accept-language": "*", "user-agent": "node" },
    ...Object.fromEntries(request.headers),
    ...headers,
    ...(body && { "content-length": body.byteLength }),
  };
}

/** A connection that does not come about is given up while it is still certain that nothing was sent. */
function limitConnecting(outgoing: ClientRequest, socket: Socket): void {
  if (!socket.connecting) return;
  const late = Object.assign(new Error("no connection in time"), { code: "CONNECT_TIMEOUT" });
  const timer = setTimeout(() => outgoing.destroy(late), connectTimeoutMs);
  const done = (): void => clearTimeout(timer);
  socket.once("encrypted" in socket ? "secureConnect" : "connect", done).once("close", done);
}

/** As much of a `Response` as ky and this package look at. */
function toResponse(status: number, headers: IncomingMessage["headers"], text: string): Response {
  const light = {
    [Symbol.toStringTag]: "Response",
    ...{ status, ok: status >= 200 && status < 300 },
    headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
    text: () => Promise.resolve(text),
  };
  return light as unknown as Response; // the members above behave as a Response's do, and nobody reads another
}

// As forgiving of the end of a compressed body as fetch is: whether all of it came is what HTTP itself says.
const flush = zlib.constants.Z_SYNC_FLUSH;
const gunzip = () => zlib.createGunzip({ flush, finishFlush: flush });
const decoders: Table<() => Duplex> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: () => zlib.createInflate({ flush, finishFlush: flush }),
  br: () => zlib.createBrotliDecompress(),
};

function decoded(incoming: IncomingMessage, broken: (error: Error) => void): Readable {
  const decoder = lookup(decoders, incoming.headers["content-encoding"]);
  return decoder === undefined ? incoming : incoming.on("error", broken).pipe(decoder());
}
