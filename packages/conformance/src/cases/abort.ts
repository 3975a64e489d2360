import type { CallOptions, ComputeProvider } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import * as faults from "../faults.ts";

const { that } = topic("abort", { tiers: ["offline"] });

type Operation = readonly [
  name: string,
  role: "create" | "terminate" | "read",
  run: (provider: ComputeProvider, id: string, options: CallOptions) => Promise<unknown>,
];

const operations: readonly Operation[] = [
  ["describe", "read", (provider, id, options) => provider.describe(id, options)],
  ["list", "read", (provider, _, options) => collect(provider.list({}, options))],
  ["terminate", "terminate", (provider, id, options) => provider.terminate(id, options)],
  ["waitFor", "read", (provider, id, options) => provider.waitFor(id, "stopped", options)],
];

export const aborting: readonly Case[] = [
  ...operations.map(([name, , run]) =>
    that(
      `${name} sends nothing when it is cancelled before`,
      async ({ provider, rentRunning, tap, machines }) => {
        const { id } = await rentRunning();
        const before = await machines();
        const cancelled = () => run(provider, id, { signal: AbortSignal.abort() });
        const { exchanges } = await tap.during(() => refused(`a cancelled ${name}`, cancelled, "cancelled"));
        same(exchanges.length, 0, `requests of a ${name} that was cancelled before`);
        same(await machines(), before, `machines after a ${name} that was cancelled before`);
      },
    ),
  ),
  ...operations.map(([name, role, run]) =>
    that(`${name} ends at once when its caller leaves`, async (context) => {
      const { provider, rentRunning, tap, isFor } = context;
      const { id } = await rentRunning();
      const leaving = new AbortController();
      const hits = await isFor(role);
      const left = Promise.withResolvers<void>();
      tap.inject({
        hits,
        fault: {
          name: "silence",
          run(hit) {
            setImmediate(() => {
              leaving.abort();
              left.resolve();
            });
            return faults.silence().run(hit);
          },
        },
      });
      const call = settled(() => run(provider, id, { signal: leaving.signal }));
      await left.promise;
      const { error } = await call;
      claim(error !== undefined, `${name} went on although its caller had left`);
      const { code } = computeError(name, error);
      const expected = name === "terminate" ? ["cancelled", "termination_unconfirmed"] : ["cancelled"];
      claim(
        expected.includes(code),
        `${name} threw ${code} when its caller left, not ${expected.join(" or ")}`,
      );
    }),
  ),
  that("a launch whose caller leaves ends in a known state", async (context) => {
    const { provider, request, machines, tap, isFor } = context;
    const before = await machines();
    const leaving = new AbortController();
    tap.inject({
      hits: await isFor("create"),
      times: 1,
      fault: {
        name: "an answer after the caller has left",
        async run({ pass }) {
          const response = await pass();
          leaving.abort();
          return response;
        },
      },
    });
    const { value, error } = await settled(() => provider.launch(request, { signal: leaving.signal }));
    const made = (await machines()) - before;
    if (error === undefined) {
      context.owns(value.id);
      same(made, 1, "machines after a launch that succeeded although its caller left");
      return;
    }
    const failure = computeError("a launch whose caller left", error);
    const known = made === 0 || failure.instanceId !== undefined;
    claim(
      known,
      "the caller left, the launch threw, and a machine exists that no error names: it bills unseen",
    );
    if (failure.effect === "none") same(made, 0, "machines after a launch that says nothing was done");
    if (made > 0 && failure.instanceId !== undefined) context.owns(failure.instanceId);
  }),
  that("a launch whose caller leaves while its answer is lost leaves no unknown machine", async (context) => {
    const { provider, request, machines, tap, isFor } = context;
    const before = await machines();
    const leaving = new AbortController();
    tap.inject({
      hits: await isFor("create"),
      times: 1,
      fault: {
        name: "a reset after the caller has left",
        async run(hit) {
          leaving.abort();
          return faults.reset("after").run(hit);
        },
      },
    });
    const launch = () => provider.launch({ ...request, key: "left" }, { signal: leaving.signal });
    const { value, error } = await settled(launch);
    const made = (await machines()) - before;
    if (value !== undefined) return context.owns(value.id);
    const failure = computeError("a launch whose caller left", error);
    if (failure.effect === "none") {
      same(made, 0, "machines after a launch that says nothing was done");
      return;
    }
    claim(made <= 1, `${made} machines exist after one launch`);
    const again = await settled(() => provider.launch({ ...request, key: "left" }));
    if (again.value !== undefined) context.owns(again.value.id);
    const count = (await machines()) - before;
    claim(count <= 1, `${count} machines exist after asking again for a launch whose caller had left`);
  }),
  that("a list that is left early stops asking", async ({ provider, rentRunning, tap, pass }) => {
    await rentRunning();
    for await (const _ of provider.list()) break;
    const { exchanges } = await tap.during(() => pass(60_000));
    same(exchanges.length, 0, "requests after the list was left");
  }),
  ...operations
    .filter(([name]) => name !== "waitFor")
    .map(([name, , run]) =>
      that(`${name} leaves no listener on its caller's signal`, async ({ provider, rentRunning }) => {
        const { id } = await rentRunning();
        const { signal, listeners } = countingSignal();
        await run(provider, id, { signal });
        same(listeners(), 0, `listeners that ${name} left on the caller's signal`);
      }),
    ),
];

/** A signal that knows how many listen to it. */
function countingSignal(): { readonly signal: AbortSignal; readonly listeners: () => number } {
  const { signal } = new AbortController();
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...[type, ...rest]: Parameters<AbortSignal["addEventListener"]>) {
      count += 1;
      addEventListener.call(signal, type, ...rest);
    },
    removeEventListener(...[type, ...rest]: Parameters<AbortSignal["removeEventListener"]>) {
      count -= 1;
      removeEventListener.call(signal, type, ...rest);
    },
  });
  return { signal, listeners: () => count };
}
