import { type ComputeProvider, describeMany, type InstanceEvent, isComputeError, watch } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, computeError, refused, same, settled, validInstance } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { unverified } from "../outcome.ts";

const watching = topic("watching", { tiers: ["offline"] });
const several = topic("several machines", { tiers: ["offline"] });

/** Nothing that happens in a case takes longer, by the server's time. */
const timeoutMs = 3_600_000;

/** Core's functions need more of a provider than its users see. */
async function madeByCore(provider: ComputeProvider): Promise<void> {
  const { error } = await settled(async () => describeMany(provider, []));
  if (isComputeError(error, "invalid_argument") && error.field === "providers")
    unverified("it is not made by core, whose functions on providers cannot look into it");
}

function ofCore({ that }: typeof watching, name: string, run: (context: CaseContext) => Promise<void>): Case {
  return that(name, async (context) => {
    await madeByCore(context.provider);
    await run(context);
  });
}

/** Reads events until one is the last that is wanted. */
async function eventsUntil(
  events: AsyncIterable<InstanceEvent>,
  isLast: (event: InstanceEvent, count: number) => boolean | Promise<boolean>,
): Promise<InstanceEvent[]> {
  const told: InstanceEvent[] = [];
  for await (const event of events) {
    told.push(event);
    if (await isLast(event, told.length)) break;
  }
  return told;
}

const isEnd = (event: InstanceEvent): boolean =>
  event.type === "disappeared" || (event.type === "status" && event.instance.status === "terminated");

export const watchingCases: readonly Case[] = [
  ofCore(watching, "a watch follows a machine until it runs, step by step", async ({ provider, rent }) => {
    const { id } = await rent();
    const events = watch(provider, [id], { timeoutMs });
    const told = await eventsUntil(
      events,
      (event) => "instance" in event && event.instance?.status === "running",
    );
    same(told[0]?.type, "appeared", "the first event of a machine");
    let last: string | undefined;
    for (const event of told) {
      same(event.id, id, "the machine of an event");
      if (!("instance" in event)) continue;
      validInstance(event.instance);
      if (event.type === "status") same(event.before.status, last, "the status before a change");
      last = event.instance.status;
    }
  }),
  ofCore(watching, "a watch tells that a machine has ended", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const told = await eventsUntil(watch(provider, [id], { timeoutMs }), async (event) => {
      if (event.type === "appeared") await provider.terminate(id);
      return isEnd(event);
    });
    same(told.at(-1)?.id, id, "the machine that has ended");
    same(told.filter(({ type }) => type === "appeared").length, 1, "how often the machine has appeared");
  }),
  ofCore(watching, "a watch leaves out what does not match", async ({ provider, rentRunning }) => {
    const [wanted, other] = [await rentRunning(), await rentRunning()];
    const matches = ({ id }: { readonly id: string }): boolean => id === wanted.id;
    const told = await eventsUntil(watch(provider, { matches }, { timeoutMs }), async (event) => {
      if (event.type === "appeared") {
        await provider.terminate(other.id);
        await provider.terminate(wanted.id);
      }
      return isEnd(event);
    });
    same([...new Set(told.map(({ id }) => id))], [wanted.id], "the machines of a watch that is for one");
  }),
  ofCore(watching, "a watch says once that it cannot read, and goes on", async (context) => {
    const { provider, rentRunning, inject, tap } = context;
    const { id } = await rentRunning();
    const hit = await inject("read", faults.refusal(503));
    const told = await eventsUntil(watch(provider, [id], { timeoutMs }), (event) => {
      // It is told of the first tick that failed; the next ones fail as well, and are not told.
      if (event.type === "unreadable") setTimeout(() => tap.clear(), 30);
      return event.type === "appeared";
    });
    claim(hit() > 0, "the watch has read nothing");
    same(
      told.map(({ type }) => type),
      ["unreadable", "appeared"],
      "what a watch through a breakdown tells",
    );
  }),
  ofCore(watching, "a watch with a refused key ends with the refusal", async ({ stranger, unknownId }) => {
    const events = () => eventsUntil(watch(stranger, [unknownId], { timeoutMs }), () => false);
    await refused("a watch with a refused key", events, "unauthenticated", "permission_denied");
  }),
  ofCore(watching, "a watch ends when its time is over", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const events = () => eventsUntil(watch(provider, [id], { timeoutMs: 60_000 }), () => false);
    await refused("a watch of a minute", events, "timeout");
  }),
  ofCore(watching, "a watch ends with its caller", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const leaving = new AbortController();
    const events = watch(provider, [id], { signal: leaving.signal });
    const reading = () =>
      eventsUntil(events, () => {
        leaving.abort();
        return false;
      });
    await refused("a watch whose caller has left", reading, "cancelled");
  }),
  ofCore(
    watching,
    "a watch that is left asks for nothing more",
    async ({ provider, rentRunning, tap, pass }) => {
      const { id } = await rentRunning();
      await eventsUntil(watch(provider, [id]), () => true);
      const { exchanges } = await tap.during(() => pass(600_000));
      same(exchanges.length, 0, "requests after a watch was left");
    },
  ),

  ofCore(several, "machines that are described together come in the order of their ids", async (context) => {
    const { provider, rentRunning, unknownId } = context;
    const ids = [(await rentRunning()).id, unknownId, (await rentRunning()).id];
    const found = await describeMany(provider, ids);
    same(
      found.map(({ id }) => id),
      ids,
      "the ids of machines that were described together",
    );
    for (const { id, instance, error } of found) {
      if (id === unknownId) {
        same(computeError("an unknown id among others", error).code, "not_found", "what an unknown id is");
        continue;
      }
      validInstance(instance);
      same(instance?.id, id, "the machine of an id");
    }
  }),
  ofCore(several, "one machine that is named twice is described once", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    same((await describeMany(provider, [id, id])).length, 1, "descriptions of one machine");
  }),
  ofCore(several, "describing no machines gives none", async ({ provider }) => {
    same(await describeMany(provider, []), [], "descriptions of no machines");
  }),
  ...[faults.refusal(503), faults.webPage(), faults.literally("{}")].map((fault) =>
    ofCore(several, `${fault.name} makes none of several machines not found`, async (context) => {
      const { provider, rentRunning, tap } = context;
      const ids = [(await rentRunning()).id, (await rentRunning()).id];
      // All of them, because some clouds read several machines by a request that is neither a list nor a single read.
      tap.inject({ fault, hits: () => true });
      const { value, error } = await settled(() => describeMany(provider, ids, { timeoutMs: 30_000 }));
      if (value !== undefined)
        same(
          value.map(({ id }) => id),
          ids,
          "the ids of machines through a breakdown",
        );
      const failures = error === undefined ? (value ?? []).map((one) => one.error) : [error];
      for (const failure of failures) {
        claim(failure !== undefined, `a machine is described although everything was answered ${fault.name}`);
        const { code } = computeError(`describeMany, answered ${fault.name},`, failure);
        claim(code !== "not_found", `after ${fault.name} a machine that exists is not found`);
      }
    }),
  ),
];
