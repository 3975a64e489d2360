import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { deadlineAfter } from "../src/deadline.ts";
import { createApi } from "../src/http/client.ts";
import { createGate, systemClock } from "../src/index.ts";

let close: (() => void) | undefined;
afterEach(() => close?.());

/** A server with one log. What it answers is written by the test; whether the caller has left is told. */
async function serve(answer: (response: ServerResponse) => void) {
  const left = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.on("close", () => left.resolve());
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  const { port } = server.address() as AddressInfo; // it listens on a port
  const api = (untilSilentMs: number | undefined) =>
    createApi(
      {
        baseUrl: `http://127.0.0.1:${port}`,
        endpoints: { log: { method: "GET", path: "log", evidence: "documented", untilSilentMs } },
        readFailure: () => undefined,
      },
      {
        ...{ provider: "north", clock: systemClock, gate: createGate(systemClock) },
        ...{ secrets: [], requestTimeoutMs: 2_000 },
        ...{ fetch: (request, init) => fetch(request, init), maxResponseBytes: 10_000 },
      },
    );
  const tail = (untilSilentMs?: number, timeoutMs = 2_000) =>
    api(untilSilentMs).call("log", {
      operation: "logs.tail",
      signal: new AbortController().signal,
      deadline: deadlineAfter(systemClock, timeoutMs),
      response: z.array(z.object({ id: z.string().optional(), data: z.unknown() })),
    });
  return { tail, left: left.promise };
}

const stream = { "content-type": "text/event-stream; charset=utf-8" };

describe("an event stream", () => {
  it("that never ends is whole when it falls silent, and is let go of", async () => {
    const { tail, left } = await serve((response) => {
      response.writeHead(200, stream).write(': hello\n\nid: 7\ndata: {"line":"one"}\n\n');
      setImmediate(() => response.write("data: two\r\ndata: lines\r\n\r\ndata: cut off"));
    });
    expect(await tail(60)).toEqual([{ id: "7", data: { line: "one" } }, { data: "two\nlines" }]);
    await left;
  });

  it("without a single event is an empty list", async () => {
    const { tail } = await serve((response) => void response.writeHead(200, stream).flushHeaders());
    expect(await tail(30)).toEqual([]);
  });

  it("that ends is whole at its end", async () => {
    const { tail } = await serve((response) => response.writeHead(200, stream).end("data: 1\n\n"));
    expect(await tail()).toEqual([{ data: 1 }]);
  });

  it("that is not said to have no end is waited for, and is no part passed off as the whole", async () => {
    const { tail } = await serve((response) => void response.writeHead(200, stream).write("data: 1\n\n"));
    await expect(tail(undefined, 100)).rejects.toMatchObject({ code: "timeout" });
  });

  it("that never falls silent ends at the deadline, or when it is too large", async () => {
    const talk = (bytes: number) => (response: ServerResponse) => {
      const timer = setInterval(() => response.write(`data: ${"x".repeat(bytes)}\n\n`), 10);
      response.writeHead(200, stream).on("close", () => clearInterval(timer));
    };
    const quiet = await serve(talk(1));
    await expect(quiet.tail(80, 150)).rejects.toMatchObject({ code: "timeout" });
    close?.();
    const loud = await serve(talk(6_000));
    await expect(loud.tail(80)).rejects.toMatchObject({ code: "bad_response" });
  });
});
