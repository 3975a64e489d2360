import { createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { nock } from "@gpuport/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { exchange, type Fetch, type Outgoing } from "../src/http/exchange.ts";
import { ExchangeError } from "../src/http/exchange-error.ts";

// Whatever happens on the wire means the same over fetch and over Node's own client.

const transports: readonly (readonly [string, Fetch | undefined])[] = [
  ["fetch", (request, init) => globalThis.fetch(request, init)],
  ["Node's client", undefined],
];

// nock replaces the global fetch, and who has replaced it is heard.
beforeAll(() => nock.restore());
afterAll(() => nock.activate());

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers every request, byte for byte, as `answer` does. Gives what was asked, and on how many connections. */
async function wire(answer: (socket: Socket, request: string) => void) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // a client that leaves in the middle is what is tested
    socket.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      requests.push(text);
      answer(socket, text);
    });
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/machines?page=1`, requests, sockets };
}

const outgoing = (url: string, fetch: Fetch | undefined, more: Partial<Outgoing> = {}): Outgoing => ({
  ...{ url, method: "GET", headers: {}, timeoutMs: 5_000, maxResponseBytes: 10_000, fetch },
  signal: new AbortController().signal,
  ...more,
});

/** What a caller learns: the answer, or why there is none and whether the cloud may have seen the request. */
async function outcome(work: Outgoing) {
  try {
    const { status, text } = await exchange(work);
    return { status, text };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return { kind: error.kind, sent: error.sent };
  }
}

const head = (headers: string, status = "200 OK"): string => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`;
const sized = (body: string | Uint8Array, more = "", status = "200 OK"): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(head(`content-length: ${bytes.byteLength}${more}`, status), "latin1"),
    bytes,
  ]);
};
const json = '{"id":"m1"}';
const encoded = (coding: string) => `\r\ncontent-encoding: ${coding}`;
const network = { kind: "network", sent: true };
const tooLarge = { kind: "too_large", sent: true };
const large = "x".repeat(20_000);

const faults: readonly (readonly [string, (socket: Socket) => void, object])[] = [
  ["a good answer", (s) => s.write(sized(json)), { status: 200, text: json }],
  ["no body", (s) => s.write(head("x: y", "204 No Content")), { status: 204, text: "" }],
  ["a byte order mark", (s) => s.write(sized(`\ufeff${json}`)), { status: 200, text: json }],
  [
    "letters split between packets",
    (s) => {
      const bytes = sized('{"city":"Malmö"}');
      const at = bytes.indexOf(0xc3) + 1;
      s.write(bytes.subarray(0, at));
      setImmediate(() => s.write(bytes.subarray(at)));
    },
    { status: 200, text: '{"city":"Malmö"}' },
  ],
  [
    "chunks",
    (s) => s.write(`${head("transfer-encoding: chunked")}b\r\n${json}\r\n0\r\n\r\n`),
    { text: json },
  ],
  ["a body ended by the connection", (s) => s.end(`${head("connection: close")}${json}`), { text: json }],
  [
    "an early hint first",
    (s) => s.write(Buffer.concat([Buffer.from(head("link: x", "103 Early Hints")), sized(json)])),
    { text: json },
  ],
  ["an error status", (s) => s.write(sized("no", "", "502 Bad Gateway")), { status: 502, text: "no" }],
  [
    "a redirect",
    (s) => s.write(sized("", "\r\nlocation: http://127.0.0.1:1/", "302 Found")),
    { status: 302, text: "" },
  ],
  ["gzip", (s) => s.write(sized(gzipSync(json), encoded("gzip"))), { text: json }],
  ["deflate", (s) => s.write(sized(deflateSync(json), encoded("deflate"))), { text: json }],
  ["brotli", (s) => s.write(sized(brotliCompressSync(json), encoded("br"))), { text: json }],
  ["gzip that is none", (s) => s.write(sized("not gzip", encoded("gzip"))), network],
  ["gzip that grows too large", (s) => s.write(sized(gzipSync(large), encoded("gzip"))), tooLarge],
  ["a reset before the head", (s) => s.resetAndDestroy(), network],
  ["an end before the head", (s) => s.end(), network],
  ["half a head", (s) => s.end("HTTP/1.1 200 OK\r\ncontent-le"), network],
  ["a head that is none", (s) => s.end("<html>hello</html>"), network],
  ["half a body", (s) => s.end(`${head("content-length: 99")}${json}`), network],
  ["half a chunk", (s) => s.end(`${head("transfer-encoding: chunked")}ff\r\n${json}`), network],
  ["half a compressed body", (s) => s.end(sized(gzipSync(large), encoded("gzip")).subarray(0, 90)), network],
  [
    "a reset in the body",
    (s) => s.write(`${head("content-length: 99")}${json}`, () => setTimeout(() => s.resetAndDestroy(), 20)),
    network,
  ],
  ["a body announced as too large", (s) => s.write(head("content-length: 20000")), tooLarge],
  ["a body that is too large", (s) => s.end(`${head("connection: close")}${large}`), tooLarge],
];

describe.each(transports)("over %s", (_, fetch) => {
  it.each(faults)("%s", async (_name, answer, expected) => {
    const { url } = await wire(answer);
    // A body that never comes must be seen by its announcement, so the deadline is far.
    expect(await outcome(outgoing(url, fetch))).toMatchObject(expected);
  });

  it("a closed port: certainly not sent", async () => {
    const { url } = await wire(() => undefined);
    const [{ server } = { server: undefined }] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await outcome(outgoing(url, fetch))).toEqual({ kind: "network", sent: false });
  });

  it.each([
    ["no answer", () => undefined],
    ["half a head", (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\n")],
    ["a body without an end", (socket: Socket) => void socket.write(`${head("content-length: 99")}{`)],
  ])("one deadline ends %s, and closes the connection", async (_name, answer) => {
    const { url, sockets } = await wire(answer);
    const work = outcome(outgoing(url, fetch, { timeoutMs: 150 }));
    expect(await work).toEqual({ kind: "timeout", sent: true });
    const [socket] = sockets;
    if (socket?.closed === false) await new Promise((resolve) => socket.once("close", resolve));
    expect(socket?.closed).toBe(true);
  });

  it("ends when its caller leaves", async () => {
    const leaving = new AbortController();
    const { url } = await wire(() => leaving.abort());
    const work = outgoing(url, fetch, { signal: leaving.signal });
    expect(await outcome(work)).toEqual({ kind: "cancelled", sent: true });
  });

  it("uses one connection for requests after one another, and none that the server has closed", async () => {
    const { url, sockets } = await wire((socket) => socket.write(sized(json)));
    for (let call = 0; call < 3; call += 1) {
      expect(await outcome(outgoing(url, fetch))).toMatchObject({ text: json });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sockets.size).toBe(1);
    const [socket] = sockets;
    await new Promise((resolve) => socket?.end(() => socket.once("close", resolve)));
    expect(await outcome(outgoing(url, fetch))).toMatchObject({ text: json });
    expect(sockets.size).toBe(2);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("sends the body of a %s with its length", async (method) => {
    const { url, requests } = await wire((socket) => socket.write(sized(json)));
    const headers = { authorization: "Bearer key" };
    await exchange(outgoing(url, fetch, { method, headers, json: { city: "Malmö" } }));
    const sent = requests.join("").toLowerCase();
    expect(sent).toMatch(new RegExp(`^${method.toLowerCase()} /machines\\?page=1 http/1.1\r\n`));
    expect(sent).toContain("\r\nauthorization: bearer key\r\n");
    expect(sent).toContain("\r\ncontent-type: application/json\r\n");
    expect(sent).toContain("\r\ncontent-length: 17\r\n");
    expect(sent).toContain("\r\naccept: application/json\r\n");
    expect(sent).toContain('\r\n\r\n{"city":"malm');
  });
});

it("goes by the global fetch when somebody has replaced it", async () => {
  const seen: string[] = [];
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request.url);
    return new Response("{}");
  });
  const url = "http://127.0.0.1:9/machines";
  expect(await exchange(outgoing(url, undefined))).toMatchObject({ status: 200, text: "{}" });
  expect(seen).toEqual([url]);
});
