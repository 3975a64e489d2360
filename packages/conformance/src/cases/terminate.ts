import { type Case, topic } from "../case.ts";
import { claim, collect, same } from "../claims.ts";

const { that } = topic("terminate");
const evidence = ["not_found", "terminal_status", "absent_from_list"];

export const terminating: readonly Case[] = [
  that(
    "terminate returns when the machine is gone, with evidence",
    async ({ provider, rentRunning, machines }) => {
      const before = await machines();
      const { id } = await rentRunning();
      const termination = await provider.terminate(id);
      same(termination.id, id, "the id of the termination");
      claim(evidence.includes(termination.evidence), `"${termination.evidence}" is no evidence`);
      same(await machines(), before, "machines after the termination");
    },
  ),
  that("a machine can be terminated the moment it was launched", async ({ provider, rent, machines }) => {
    const before = await machines();
    const { id } = await rent();
    await provider.terminate(id);
    same(await machines(), before, "machines after the termination");
  }),
  that("terminate twice is the same as once", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.terminate(id);
    same((await provider.terminate(id)).id, id, "the id of the second termination");
  }),
  that("a terminated machine is not listed", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.terminate(id);
    const listed = await collect(provider.list());
    claim(
      listed.every((instance) => instance.id !== id),
      "the list still shows the terminated machine",
    );
  }),
];
