import type { ServerResponse } from "node:http";
import type { Hit } from "./faults.ts";
import type { Rendered } from "./spoil.ts";

type WireFault = Hit["wire"];

const dripMs = 20;

/** Writes an answer to the socket, whole or as a fault on the wire wants it. */
export function send(response: ServerResponse, answer: Rendered, fault: WireFault, date: Date): void {
  const body = fault?.fault === "content_type" && fault.bom === true ? `\uFEFF${answer.body}` : answer.body;
  const bytes = Buffer.from(body, "utf8");
  const headers: Record<string, string> = { ...answer.headers, date: date.toUTCString() };
  if (fault?.fault === "content_type" && fault.type !== undefined) headers["content-type"] = fault.type;
  response.sendDate = false;
  response.statusCode = answer.status;

  if (fault?.fault === "truncate") {
    truncate(response, bytes, headers, fault.framing ?? "length");
    return;
  }
  if (fault?.fault === "slow_body") {
    drip(response, bytes, headers, fault.ms);
    return;
  }
  if (fault?.fault === "endless_body") {
    neverEnd(response, bytes, headers);
    return;
  }
  if (fault?.fault === "drop_connection") {
    const { socket } = response;
    // After the answer has left: a server that closes a kept-alive connection says nothing.
    response.once("finish", () => setTimeout(() => socket?.destroy(), 1).unref());
  }
  if (answer.staysOpen === true) {
    response.writeHead(answer.status, headers);
    response.flushHeaders();
    response.write(bytes);
    return;
  }
  response.writeHead(answer.status, { ...headers, "content-length": String(bytes.length) });
  response.end(bytes);
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function truncate(
  response: ServerResponse,
  bytes: Buffer,
  headers: Record<string, string>,
  framing: "length" | "chunked" | "close",
): void {
  if (framing === "close") {
    // No length and no chunks: only the end of the connection says that the body is over.
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(response.statusCode, { ...headers, connection: "close" });
    response.end(half(bytes));
    return;
  }
  response.writeHead(
    response.statusCode,
    framing === "length" ? { ...headers, "content-length": String(bytes.length) } : headers,
  );
  response.write(half(bytes), () => response.socket?.destroy());
}

function drip(response: ServerResponse, bytes: Buffer, headers: Record<string, string>, ms: number): void {
  response.writeHead(response.statusCode, { ...headers, "content-length": String(bytes.length) });
  response.flushHeaders();
  const steps = Math.max(1, Math.ceil(ms / dripMs));
  let step = 0;
  const timer = setInterval(() => {
    const from = Math.floor((bytes.length * step) / steps);
    step += 1;
    response.write(bytes.subarray(from, Math.floor((bytes.length * step) / steps)));
    if (step < steps) return;
    clearInterval(timer);
    response.end();
  }, dripMs);
  response.once("close", () => clearInterval(timer));
}

function neverEnd(response: ServerResponse, bytes: Buffer, headers: Record<string, string>): void {
  response.writeHead(response.statusCode, headers);
  response.write(half(bytes));
  const timer = setInterval(() => response.write(" ".repeat(1024)), dripMs);
  response.once("close", () => clearInterval(timer));
}
