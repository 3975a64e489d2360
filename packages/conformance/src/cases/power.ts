import { type Case, topic } from "../case.ts";
import { validInstance } from "../claims.ts";

const { having } = topic("power");

export const powering: readonly Case[] = [
  having("power", "a stopped machine can be started again", async (power, { provider, rentRunning }) => {
    const { id } = await rentRunning();
    await power.stop(id);
    validInstance(await provider.waitFor(id, "stopped"));
    await power.start(id);
    await provider.waitFor(id, "running");
  }),
  having("power.restart", "a running machine can be restarted", async (power, { provider, rentRunning }) => {
    const { id } = await rentRunning();
    await power.restart(id);
    await provider.waitFor(id, "running");
  }),
];
