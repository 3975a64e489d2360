import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { unverified } from "../outcome.ts";
import { listPromises, made, sentOnce } from "../stored.ts";

const networks = topic("networks");
const network = (context: CaseContext) => ({
  name: "conformance",
  region: context.samples.networkRegion ?? unverified("the bench names no region for a network"),
});

export const networkCases: readonly Case[] = [
  ...listPromises("networks", "networks", (group, options) => group.list(options)),
  networks.having("networks", "a network that was made is listed", async (group, context) => {
    const { id } = await made(() => group.create(network(context)));
    claim(
      (await collect(group.list())).some((stored) => stored.id === id),
      `the network ${id} is not listed`,
    );
  }),
  networks.having(
    "networks",
    "a machine that was joined to a network is one of its endpoints",
    async (group, context) => {
      const { id } = await made(() => group.create(network(context)));
      const region = context.samples.networkRegion;
      const machine = await context.rentRunning(region === undefined ? {} : { region });
      await group.attach(id, [machine.id]);
      const again = await settled(() => group.attach(id, [machine.id]));
      if (again.error !== undefined) {
        // What is joined already stays; a cloud may say so in words.
        same(computeError("joining again", again.error).code, "conflict", "the code of joining again");
      }
      const endpoints = await collect(group.endpoints(id));
      same(
        endpoints.filter(({ instanceId }) => instanceId === machine.id).length,
        1,
        "endpoints of a machine joined twice",
      );
      for (const { networkId } of endpoints) same(networkId, id, "the network of an endpoint");
    },
  ),
  networks.having("networks", "joining nothing is refused", async (group) => {
    await refused("a network joined by nobody", () => group.attach("net-1", []), "invalid_argument");
  }),
  topic("networks", { tiers: ["offline"] }).having(
    "networks",
    "a network is never made twice",
    (group, context) =>
      sentOnce(
        context,
        () => group.create(network(context)),
        () => collect(group.list()),
      ),
  ),
];
