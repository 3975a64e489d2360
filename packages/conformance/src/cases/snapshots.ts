import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";
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
  snapshots.having("snapshots.list", "snapshots can be listed by their status", async (group, context) => {
    const { id } = await context.rentRunning();
    const { snapshotOptions: providerOptions } = context.samples;
    const taken = await made(() => group.create(id, { providerOptions }));
    const ids = new Set<string>();
    // In the order of a snapshot's life: what has gone on meanwhile shows up further down.
    for (const status of ["creating", "ready", "failed", "unknown"] as const) {
      for (const snapshot of await collect(group.list({ statuses: [status] }))) {
        same(snapshot.status, status, "the status of a snapshot that was asked for by it");
        ids.add(snapshot.id);
      }
    }
    for (const { id: own } of taken) claim(ids.has(own), "a snapshot is listed under none of the statuses");
  }),
  snapshots.having("snapshots.list", "a status that no snapshot has is refused", async (group, { tap }) => {
    const query = { statuses: ["frozen"] };
    // What no type lets through comes from programs without types.
    const list = () => collect(group.list(query as never));
    const { result, exchanges } = await tap.during(() => refused("a list of frozen snapshots", list));
    same(result.code, "invalid_argument", "the code of a list of frozen snapshots");
    claim(result.field?.startsWith("statuses") ?? false, `the field is "${result.field}", not "statuses"`);
    same(exchanges.length, 0, "requests of a list of frozen snapshots");
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
