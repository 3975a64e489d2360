import { type Case, topic } from "../case.ts";
import { claim, computeError, refused, same, settled, validInstance } from "../claims.ts";
import * as faults from "../faults.ts";

const { having } = topic("power");
const offline = topic("power", { tiers: ["offline"] });

export const powering: readonly Case[] = [
  having("power", "a stopped machine can be started again", async (power, { provider, rentRunning }) => {
    const { id } = await rentRunning();
    await power.stop(id);
    validInstance(await provider.waitFor(id, "stopped"));
    await power.start(id);
    await provider.waitFor(id, "running");
  }),
  having(
    "power",
    "stopping a machine does not end it",
    async (power, { provider, rentRunning, machines }) => {
      const { id } = await rentRunning();
      const before = await machines();
      await power.stop(id);
      await provider.waitFor(id, "stopped");
      same(await machines(), before, "machines after one was stopped");
    },
  ),
  having("power", "a stopped machine is listed, as stopped", async (power, { provider, rentRunning }) => {
    const { id } = await rentRunning();
    await power.stop(id);
    await provider.waitFor(id, "stopped");
    for await (const instance of provider.list()) {
      if (instance.id === id)
        return same(instance.status, "stopped", "the status of a stopped machine in the list");
    }
    claim(false, "a stopped machine is not listed: it bills for its disk, and nobody sees it");
  }),
  having(
    "power",
    "a stopped machine can be terminated",
    async (power, { provider, rentRunning, machines }) => {
      const before = await machines();
      const { id } = await rentRunning();
      await power.stop(id);
      await provider.waitFor(id, "stopped");
      await provider.terminate(id);
      same(await machines(), before, "machines after a stopped one was terminated");
    },
  ),
  having("power", "starting a machine rents no other", async (power, { provider, rentRunning, machines }) => {
    const { id } = await rentRunning();
    await power.stop(id);
    await provider.waitFor(id, "stopped");
    const before = await machines();
    await power.start(id);
    same((await provider.waitFor(id, "running")).id, id, "the machine that runs");
    same(await machines(), before, "machines after a start");
  }),
  having("power", "waitFor sees that a stopped machine will not run by itself", async (power, context) => {
    const { provider, rentRunning } = context;
    const { id } = await rentRunning();
    await power.stop(id);
    await provider.waitFor(id, "stopped");
    const wait = () => provider.waitFor(id, "running", { timeoutMs: 3_600_000 });
    await refused("a wait for a stopped machine to run", wait, "instance_failed", "timeout");
  }),
  having("power", "what was never rented cannot be stopped", async (power, { unknownId }) => {
    const { code } = await refused("stop of an unknown id", () => power.stop(unknownId));
    claim(code !== "unknown", "stop of an unknown id threw `unknown`: name what the cloud says");
  }),
  having("power.restart", "a running machine can be restarted", async (power, { provider, rentRunning }) => {
    const { id } = await rentRunning();
    await power.restart(id);
    await provider.waitFor(id, "running");
  }),
  having(
    "power.restart",
    "a restart keeps the machine",
    async (power, { provider, rentRunning, machines }) => {
      const { id } = await rentRunning();
      const before = await machines();
      await power.restart(id);
      same((await provider.waitFor(id, "running")).id, id, "the machine that runs after a restart");
      same(await machines(), before, "machines after a restart");
    },
  ),
  having(
    "power.recycle",
    "a machine that is recycled runs again, and is the same",
    async (power, { provider, rentRunning, machines }) => {
      const { id } = await rentRunning();
      const before = await machines();
      await power.recycle(id);
      same((await provider.waitFor(id, "running")).id, id, "the machine that runs after it was recycled");
      same(await machines(), before, "machines after one was recycled");
    },
  ),
  having("power.recycle", "what was never rented cannot be recycled", async (power, { unknownId }) => {
    await refused("recycling of an unknown id", () => power.recycle(unknownId));
  }),
  having(
    "power.recycle",
    "recycle that is cancelled before changes nothing",
    async (power, { rentRunning, tap }) => {
      const { id } = await rentRunning();
      const cancelled = () => power.recycle(id, { signal: AbortSignal.abort() });
      const { exchanges } = await tap.during(() => refused("a cancelled recycle", cancelled, "cancelled"));
      same(exchanges.length, 0, "requests of a cancelled recycle");
    },
  ),
  ...(["stop", "start"] as const).map((verb) =>
    having(
      "power",
      `${verb} that is cancelled before changes nothing`,
      async (power, { rentRunning, tap }) => {
        const { id } = await rentRunning();
        const cancelled = () => power[verb](id, { signal: AbortSignal.abort() });
        const { exchanges } = await tap.during(() => refused(`a cancelled ${verb}`, cancelled, "cancelled"));
        same(exchanges.length, 0, `requests of a cancelled ${verb}`);
      },
    ),
  ),
  ...[faults.reset("after"), faults.refusal(502, "before"), faults.webPage("after")].map((fault) =>
    offline.having(
      "power",
      `after ${fault.name}, a stop has stopped the machine or throws`,
      async (power, context) => {
        const { provider, rentRunning, tap } = context;
        const { id } = await rentRunning();
        const known = await context.landmarks();
        const isRead = (shape: string) => known.list.has(shape) || known.describe.has(shape);
        tap.inject({ fault, times: 1, hits: ({ shape }) => !isRead(shape) });
        const { error } = await settled(() => power.stop(id));
        if (error === undefined) await provider.waitFor(id, "stopped");
        else computeError("stop", error);
      },
    ),
  ),
];
