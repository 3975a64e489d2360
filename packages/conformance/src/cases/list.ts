import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same, validInstance } from "../claims.ts";

const { that } = topic("list");

export const listing: readonly Case[] = [
  that("list shows a launched machine, once", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const all = await collect(provider.list());
    for (const instance of all) validInstance(instance);
    same(all.filter((instance) => instance.id === id).length, 1, "rows of the machine in the list");
  }),
  that("list can be asked for some statuses only", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const running = await collect(provider.list({ statuses: ["running"] }));
    claim(
      running.every(({ status }) => status === "running"),
      "a list of running machines holds others",
    );
    claim(
      running.some((instance) => instance.id === id),
      "a list of running machines leaves one out",
    );
    same(await collect(provider.list({ statuses: ["failed"] })), [], "the list of failed machines");
  }),
  that("a machine that never was is not found", async ({ provider, unknownId }) => {
    await refused("describe of an unknown id", () => provider.describe(unknownId), "not_found");
  }),
  that(
    "a refused credential is never an absent machine or an empty list",
    async ({ stranger, unknownId, rent }) => {
      const { id } = await rent();
      await refused("describe with a refused key", () => stranger.describe(id), "unauthenticated");
      await refused("describe with a refused key", () => stranger.describe(unknownId), "unauthenticated");
      await refused("list with a refused key", () => collect(stranger.list()), "unauthenticated");
      await refused("terminate with a refused key", () => stranger.terminate(id), "unauthenticated");
    },
  ),
];
