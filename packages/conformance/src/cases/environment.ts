import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";

const { that } = topic("environment", { tiers: ["offline"] });

export const environment: readonly Case[] = [
  that(
    "credentials that are left out come from the environment",
    async ({ openWith, variables, rentRunning }) => {
      const { id } = await rentRunning();
      const provider = openWith(variables);
      const listed = await collect(provider.list());
      claim(
        listed.some((instance) => instance.id === id),
        "a provider that was opened from the environment does not see the machine",
      );
    },
  ),
  that(
    "the environment is read when a provider is opened, not later",
    async ({ openWith, variables, machines }) => {
      const before = await machines();
      const provider = openWith(variables);
      // The variables are gone by now.
      same(
        (await collect(provider.list())).length,
        before,
        "machines that the provider sees without its variables",
      );
    },
  ),
  that("a credential that is nowhere is missed when the provider is opened, by name", async (context) => {
    const open = async () => context.openWith({});
    const { message, field } = await refused("opening without a credential", open, "invalid_config");
    claim(field !== undefined && field !== "", "the error names no option");
    const named = Object.keys(context.variables).some((name) => message.includes(name));
    claim(named, `the error does not say which variable to set: ${message}`);
    same(context.tap.exchanges.length, 0, "requests of a provider that was never opened");
  }),
  that("an empty variable is a missing one", async ({ openWith, variables }) => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, ""]));
    await refused("opening with empty variables", async () => openWith(empty), "invalid_config");
  }),
];
