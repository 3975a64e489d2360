import { connect, createServer } from "node:net";
import type { Instance } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import type { Fault } from "../faults.ts";
import { unverified } from "../outcome.ts";

const { that } = topic("readiness", { tiers: ["offline"] });

const here = "127.0.0.1";

/** Where a machine says that it can be reached. */
const addressesOf = ({ access }: Instance): readonly { readonly host: string; readonly port: number }[] =>
  access.ssh.length > 0
    ? access.ssh
    : access.ports.map(({ host, publicPort }) => ({ host, port: publicPort }));

/** A machine that runs and has an address. */
async function withAddress({ provider, rentRunning }: CaseContext): Promise<Instance> {
  const { id } = await rentRunning();
  const wait = () => provider.waitFor(id, "running", { ready: "endpoint", timeoutMs: 600_000 });
  const { value, error } = await settled(wait);
  if (value !== undefined) return value;
  const { length } = addressesOf(await provider.describe(id));
  claim(length === 0, `a machine has an address, and a wait for it ends with: ${error?.message}`);
  return unverified("the bench's machines never have an address");
}

/** Answers in which other addresses stand. */
function moved(instance: Instance, port: number): Fault {
  const addresses = addressesOf(instance);
  const places = new Set(addresses.flatMap((address) => [address.host, String(address.port)]));
  return {
    name: "other addresses",
    async run({ pass }) {
      const response = await pass();
      let text = await response.text();
      for (const { host } of addresses) text = text.replaceAll(host, here);
      for (const place of places)
        if (/^\d+$/.test(place)) text = text.replaceAll(new RegExp(`\\b${place}\\b`, "g"), String(port));
      return new Response(text, response);
    },
  };
}

/** Has the cloud say that the machine is reached at a port of this computer, while `work` runs. */
async function reachedAt(context: CaseContext, port: number): Promise<string> {
  const instance = await withAddress(context);
  await context.inject("read", moved(instance, port));
  const { value } = await settled(() => context.provider.describe(instance.id));
  const addresses = value === undefined ? [] : addressesOf(value);
  const isHere = addresses.length > 0 && addresses.every((one) => one.host === here && one.port === port);
  if (!isHere) unverified("the addresses of its machines do not stand in answers as they are");
  return instance.id;
}

/** A port at which something listens until it is closed. */
async function listen(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer((socket) => void socket.end());
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}

/** Where something takes every connection for its own, such as a library that stands in for the network, nothing is closed. */
function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: here, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

export const readinessCases: readonly Case[] = [
  that("waitFor with `ready: endpoint` gives a machine whose address is known", async (context) => {
    const instance = await withAddress(context);
    same(instance.status, "running", "the status of a machine whose address is known");
    claim(addressesOf(instance).length > 0, "a machine came back before its address was known");
  }),
  that("waitFor with `ready: tcp` comes back when a port can be opened", async (context) => {
    const { port, close } = await listen();
    try {
      const id = await reachedAt(context, port);
      const { status } = await context.provider.waitFor(id, "running", { ready: "tcp", timeoutMs: 60_000 });
      same(status, "running", "the status of a machine whose port is open");
    } finally {
      await close();
    }
  }),
  that("waitFor with `ready: tcp` does not take an address for an open port", async (context) => {
    const { port, close } = await listen();
    await close();
    if (!(await refuses(port))) unverified("connections to closed ports open here");
    const id = await reachedAt(context, port);
    const wait = () => context.provider.waitFor(id, "running", { ready: "tcp", timeoutMs: 60_000 });
    const { message } = await refused("a wait for a closed port", wait, "timeout");
    claim(message.includes(`${here}:${port}`), `the error does not say which port is closed: ${message}`);
  }),
  that("waitFor with `ready: ssh` does not take an open port for a greeting", async (context) => {
    const { port, close } = await listen();
    try {
      const id = await reachedAt(context, port);
      const wait = () => context.provider.waitFor(id, "running", { ready: "ssh", timeoutMs: 60_000 });
      await refused("a wait for a greeting that never comes", wait, "timeout");
    } finally {
      await close();
    }
  }),
];
