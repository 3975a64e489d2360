import type { CallOptions, ComputeProvider } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import * as faults from "../faults.ts";

const { that } = topic("deadlines", { tiers: ["offline"] });

type Read = readonly [
  string,
  (provider: ComputeProvider, id: string, options: CallOptions) => Promise<unknown>,
];

const reads: readonly Read[] = [
  ["describe", (provider, id, options) => provider.describe(id, options)],
  ["list", (provider, _, options) => collect(provider.list({}, options))],
];
const operations: readonly Read[] = [
  ...reads,
  ["terminate", (provider, id, options) => provider.terminate(id, options)],
  ["waitFor", (provider, id, options) => provider.waitFor(id, "running", options)],
];
const impossible = [0, -1, Number.NaN, Number.POSITIVE_INFINITY];

export const deadlines: readonly Case[] = [
  ...reads.flatMap(([name, run]) =>
    [faults.silence(), faults.endlessAnswer].map((fault) =>
      that(`${name} keeps its deadline through ${fault.name}`, async ({ provider, inject, rentRunning }) => {
        const { id } = await rentRunning();
        await inject("read", fault);
        const call = () => run(provider, id, { timeoutMs: 80 });
        const { effect } = await refused(`${name} into ${fault.name}`, call, "timeout", "unavailable");
        same(effect, "none", `the effect of a ${name} that timed out`);
      }),
    ),
  ),
  ...operations.map(([name, run]) =>
    that(`${name} refuses a time-out that is none`, async ({ provider, rentRunning, tap }) => {
      const { id } = await rentRunning();
      for (const timeoutMs of impossible) {
        const call = () => run(provider, id, { timeoutMs });
        const what = `${name} with a time-out of ${timeoutMs}`;
        const { result, exchanges } = await tap.during(() => refused(what, call, "invalid_argument"));
        same(result.field, "timeoutMs", `the field that ${what} names`);
        same(exchanges.length, 0, `requests of ${what}`);
      }
    }),
  ),
  that("launch refuses a time-out that is none", async ({ provider, request, machines }) => {
    const before = await machines();
    for (const timeoutMs of impossible) {
      const what = `a launch with a time-out of ${timeoutMs}`;
      await refused(what, () => provider.launch(request, { timeoutMs }), "invalid_argument");
    }
    same(await machines(), before, "machines after launches that were refused");
  }),
  that("waitFor has a deadline", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const wait = () => provider.waitFor(id, "stopped", { timeoutMs: 30_000 });
    const { instanceId } = await refused("a wait in vain", wait, "timeout");
    same(instanceId, id, "the machine that the error of a wait names");
  }),
  that(
    "waitFor keeps its deadline while the cloud breaks down",
    async ({ provider, rentRunning, inject }) => {
      const { id } = await rentRunning();
      await inject("read", faults.refusal(503));
      const wait = () => provider.waitFor(id, "stopped", { timeoutMs: 60_000 });
      await refused("a wait for a cloud that is down", wait, "timeout", "unavailable");
    },
  ),
  that("waitFor outlives a breakdown that passes", async ({ provider, rent, inject }) => {
    const { id } = await rent();
    await inject("read", faults.refusal(503), { times: 3 });
    same((await provider.waitFor(id, "running")).status, "running", "the status after a passing breakdown");
  }),
  that("waitFor gives up on a machine that is gone", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    await provider.terminate(id);
    const wait = () => provider.waitFor(id, "running", { timeoutMs: 600_000 });
    await refused("a wait for a machine that has ended", wait, "instance_failed", "not_found");
  }),
  that("waitFor a machine's end sees it", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    await provider.terminate(id);
    const { status, billing } = await provider.waitFor(id, "terminated");
    same([status, billing], ["terminated", "none"], "a machine that has ended");
  }),
  that("waitFor tells of every look that shows something new", async ({ provider, rent }) => {
    const { id } = await rent();
    const seen: string[] = [];
    const last = await provider.waitFor(id, "running", {
      onProgress: (instance) => seen.push(instance.status),
    });
    same(seen.at(-1), last.status, "the last status that onProgress was told of");
  }),
  that("waitFor refuses `ready` for anything but running", async ({ provider, rent }) => {
    const { id } = await rent();
    const wait = () => provider.waitFor(id, "stopped", { ready: "ssh" });
    const { field } = await refused("a wait for a stopped machine's ssh", wait, "invalid_argument");
    same(field, "ready", "the field that is refused");
  }),
  that("waitFor keeps to the cloud's own pace", async ({ provider, rentRunning, tap }) => {
    const { id } = await rentRunning();
    const { pollIntervalMs } = provider.facts;
    const timeoutMs = 20 * pollIntervalMs;
    const wait = () => settled(() => provider.waitFor(id, "stopped", { timeoutMs }));
    const { exchanges } = await tap.during(wait);
    // At first it looks more often, because most changes come soon.
    const most = 3 * (20 + 10);
    claim(exchanges.length <= most, `${exchanges.length} requests in 20 times facts.pollIntervalMs`);
  }),
  that("a launch into silence ends, and tells the truth", async (context) => {
    const { request, machines, inject, hasty } = context;
    const before = await machines();
    await inject("create", faults.silence("before"));
    const provider = hasty();
    const { value, error } = await settled(() => provider.launch({ ...request, key: "silent" }));
    claim(value === undefined, "a launch whose every create was met with silence gave a machine");
    const { effect } = computeError("a launch into silence", error);
    if (effect === "none") same(await machines(), before, "machines after a launch that made none");
  }),
];
