import { type Case, topic } from "../case.ts";
import { claim, refused, same } from "../claims.ts";
import { listPromises, made } from "../stored.ts";

const snapshots = topic("snapshots");

export const snapshotCases: readonly Case[] = [
  ...listPromises("snapshots.list", "snapshots", (group, options) => group.list(undefined, options)),
  snapshots.having("snapshots", "a snapshot has an id and its machine", async (group, context) => {
    const { id } = await context.rentRunning();
    const { snapshotOptions: providerOptions } = context.samples;
    const taken = await made(() => group.create(id, { providerOptions }));
    claim(taken.length > 0, "a snapshot was made, and none came back");
    for (const snapshot of taken) {
      claim(snapshot.id !== "", "a snapshot has no id");
      same(snapshot.provider, context.provider.name, "the provider of a snapshot");
      same(snapshot.instanceId ?? id, id, "the machine of a snapshot");
    }
  }),
  snapshots.having("snapshots", "a snapshot leaves its machine there", async (group, context) => {
    const { id } = await context.rentRunning();
    const before = await context.machines();
    const { snapshotOptions: providerOptions } = context.samples;
    await made(() => group.create(id, { providerOptions }));
    same(await context.machines(), before, "machines after a snapshot");
    same((await context.provider.describe(id)).id, id, "the machine after its snapshot");
  }),
  snapshots.having("snapshots", "a snapshot of nothing is refused", async (group, { samples, unknownId }) => {
    const { snapshotOptions: providerOptions } = samples;
    await refused("a snapshot of an unknown machine", () => group.create(unknownId, { providerOptions }));
    await refused("a snapshot of no machine", () => group.create(""), "invalid_argument");
  }),
];
