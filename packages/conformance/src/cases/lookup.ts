import { formOfToken, isComputeError } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import * as faults from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";

const lost = topic("ambiguity", { tiers: ["offline"] });
const reads = topic("list");
const leaving = topic("abort", { tiers: ["offline"] });
const failing = topic("errors", { tiers: ["offline"] });
const naming = topic("naming");

/** A machine that is there has not been lost: what a launch says must be so. */
async function truthOf(context: CaseContext, when: string, launch: () => Promise<{ readonly id: string }>) {
  const before = await context.machines();
  const { value, error } = await settled(launch);
  const made = (await context.machines()) - before;
  context.tap.clear();
  if (value !== undefined) {
    context.owns(value.id);
    same(made, 1, `machines after a launch that succeeded ${when}`);
    return;
  }
  const failure = computeError("the launch", error);
  if (made > 0) {
    claim(failure.effect !== "none", `${when} the launch said that nothing was done, but a machine exists`);
    await context.clock.sleep(context.provider.facts.appearsWithinMs);
    for await (const { id } of context.provider.list()) context.owns(id);
  }
}

/** Whether a request holds this id as it is: as one segment, as one parameter, or in its body. */
function carries({ url, body }: Exchange, id: string): boolean {
  return (
    url.pathname.split("/").includes(encodeURIComponent(id)) ||
    [...url.searchParams.values()].includes(id) ||
    body.includes(JSON.stringify(id))
  );
}

/** How many timers keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

const rounds = 8;
const launching = topic("launch", { tiers: ["offline"] });

export const lookups: readonly Case[] = [
  lost.that("a search for a lost machine that fails has not found that there is none", async (context) => {
    const { provider, request, inject, isFor, tap } = context;
    const isCreate = await isFor("create");
    let sent = false;
    const afterwards = (exchange: Exchange): boolean => {
      const isLater = sent && !isCreate(exchange);
      sent ||= isCreate(exchange);
      return isLater;
    };
    tap.inject({ fault: faults.refusal(503), hits: afterwards });
    await inject("create", faults.reset("after"), { times: 1 });
    await truthOf(context, "when nothing could be looked up,", () =>
      provider.launch({ ...request, key: "dark" }),
    );
  }),
  lost.that("a lost machine is found on whatever page it is", async (context) => {
    const { open, request, rent, provider, inject, clock } = context;
    for (let count = 0; count < 3; count += 1) await rent();
    await clock.sleep(provider.facts.appearsWithinMs);
    const paged = open({ facts: { pageSize: 2 } });
    await inject("create", faults.reset("after"), { times: 1 });
    await truthOf(context, "with more machines than a page holds,", () =>
      paged.launch({ ...request, key: "page" }),
    );
  }),
  launching.that(
    "a machine is not said to run before the cloud says so",
    async ({ provider, rent, pass }) => {
      const { id, status } = await rent();
      const { visibilityLagMs } = provider.facts;
      for (let waited = 0; status === "running" && waited <= 2 * visibilityLagMs; waited += 1_000) {
        const { status: now, providerStatus } = await provider.describe(id);
        const comesUp = now === "pending" || now === "provisioning";
        claim(!comesUp, `launch said that the machine runs, and the cloud says "${providerStatus}"`);
        await pass(1_000);
      }
    },
  ),
  reads.that("each of several machines is described under its own id", async ({ provider, rent }) => {
    const ids = [(await rent()).id, (await rent()).id, (await rent()).id];
    for (const id of ids) {
      await provider.waitFor(id, "running");
      same((await provider.describe(id)).id, id, "the id of a machine that is described");
    }
  }),
  reads.that("a machine is seen by every process that has the account", async (context) => {
    const { open, rentRunning } = context;
    const { id } = await rentRunning();
    const other = open();
    const listed = await collect(other.list());
    claim(
      listed.some((instance) => instance.id === id),
      "a machine that another process has launched is not listed",
    );
    same((await other.describe(id)).id, id, "a machine of another process, described");
  }),
  reads.that("a list can be asked for one name only", async (context) => {
    const { provider, rent } = context;
    const { value, error } = await settled(() => rent({ name: "probe-one" }));
    if (isComputeError(error, "unsupported", "invalid_argument")) notApplicable("it gives machines no names");
    if (value === undefined) throw error;
    const other = await rent({ name: "probe-two" });
    await provider.waitFor(other.id, "running");
    await provider.waitFor(value.id, "running");
    const listed = await collect(provider.list({ name: "probe-one" }));
    const ids = listed.map(({ id }) => id);
    claim(ids.includes(value.id), "a list of one name lacks the machine of that name");
    claim(!ids.includes(other.id), "a list of one name holds a machine of another");
  }),
  ...["", "   "].flatMap((id) =>
    (["describe", "terminate", "waitFor"] as const).map((verb) =>
      failing.that(`${verb} refuses the id "${id}" before anything is sent`, async ({ provider, tap }) => {
        const work = (): Promise<unknown> =>
          verb === "waitFor" ? provider.waitFor(id, "running") : provider[verb](id);
        const { exchanges } = await tap.during(() =>
          refused(`${verb} of the id "${id}"`, work, "invalid_argument"),
        );
        same(exchanges.length, 0, `requests of ${verb} of the id "${id}"`);
      }),
    ),
  ),
  ...["../account", "a/b", "a?b=c", "a#b", "%2e%2e", "."].map((id) =>
    failing.that(
      `the id "${id}" is data, and reaches no other endpoint`,
      async ({ provider, tap, landmarks }) => {
        const { list, prelude } = await landmarks();
        for (const verb of ["describe", "terminate"] as const) {
          const work = () => settled<unknown>(() => provider[verb](id, { timeoutMs: 20_000 }));
          const { result, exchanges } = await tap.during(work);
          const asked = exchanges.filter(({ shape }) => !list.has(shape) && !prelude.has(shape));
          for (const exchange of asked) {
            claim(
              carries(exchange, id),
              `${verb} of "${id}" asked for ${exchange.url.pathname}${exchange.url.search}`,
            );
          }
          if (result.error !== undefined) computeError(`${verb} of "${id}"`, result.error);
          else claim(verb === "terminate", `describe of "${id}" gave a machine`);
        }
      },
    ),
  ),
  failing.that(
    "a key that was refused is not sent again and again",
    async ({ provider, rent, inject, tap }) => {
      const { id } = await rent();
      await inject("read", faults.refusal(401));
      const { exchanges } = await tap.during(() =>
        settled(() => provider.describe(id, { timeoutMs: 20_000 })),
      );
      // One more after a log-in, where there is one.
      claim(exchanges.length <= 4, `a refused key was sent ${exchanges.length} times`);
    },
  ),
  failing.that("what the cloud says of a refusal is told", async ({ stranger, tap }) => {
    const { result, exchanges } = await tap.during(() =>
      refused("a list with a refused key", () => collect(stranger.list())),
    );
    const text = exchanges.at(-1)?.answer?.text ?? "";
    const said = [...text.matchAll(/"((?:[^"\\]|\\.){4,})"/g)].map(([, word = ""]) => word.toLowerCase());
    if (said.length === 0) notApplicable("its cloud says nothing");
    const heard = `${result.message} ${result.providerCode}`.toLowerCase();
    claim(
      said.some((word) => heard.includes(word)),
      `the cloud said ${text.slice(0, 120)}, and the error says "${result.message}"`,
    );
  }),
  leaving.that("nothing is asked behind the back of a caller who has left", async (context) => {
    const { provider, rentRunning, tap } = context;
    const { id } = await rentRunning();
    const leave = new AbortController();
    const onProgress = (): void => leave.abort();
    const wait = () => provider.waitFor(id, "stopped", { signal: leave.signal, onProgress });
    setTimeout(() => leave.abort(), 20);
    await refused("a wait that was cancelled", wait);
    const { exchanges } = await tap.during(() => new Promise((resolve) => setTimeout(resolve, 60)));
    same(exchanges.length, 0, "requests after the wait had ended");
  }),
  leaving.that("no timer goes on when a call has ended", async ({ provider, rentRunning }) => {
    const { id } = await rentRunning();
    const calls: readonly (() => Promise<unknown>)[] = [
      () => provider.describe(id),
      () => collect(provider.list()),
      () => provider.waitFor(id, "running"),
    ];
    for (const call of calls) {
      await call();
      const before = timers();
      for (let round = 0; round < rounds; round += 1) await call();
      const more = timers() - before;
      claim(more < rounds, `${more} timers go on after ${rounds} calls, and keep the process alive`);
    }
  }),
  naming.having("naming", "what marks a machine as ours outlives its renaming", async (group, context) => {
    const { rentRunning, provider, tap, pass } = context;
    const { id } = await rentRunning();
    const marks = async (): Promise<readonly string[]> => {
      const { exchanges } = await tap.during(() => provider.describe(id));
      const words = exchanges.flatMap(({ answer }) => answer?.text.match(/[\w-]+/g) ?? []);
      return words.flatMap((word) => formOfToken(word) ?? []);
    };
    const before = await marks();
    if (before.length === 0) notApplicable("its machines are told from others by something else");
    await group.rename(id, "probe-renamed");
    await pass(provider.facts.visibilityLagMs);
    const after = await marks();
    claim(
      before.some((mark) => after.includes(mark)),
      "after the renaming nothing tells the machine from those of others: it would be lost",
    );
  }),
];

const exec = topic("exec");

export const commands: readonly Case[] = [
  exec.having("exec", "what a command says comes back as it said it", async (group, context) => {
    const { command } = context.samples;
    const [, said] = /^echo ([\w-]+)$/.exec(command ?? "") ?? [];
    if (command === undefined || said === undefined) unverified("the bench names no command `echo WORD`");
    const { id } = await context.rentRunning();
    const { stdout, exitCode } = await group.run(id, command);
    same(new TextDecoder().decode(stdout).trim(), said, `what \`${command}\` said`);
    same(exitCode ?? 0, 0, `the exit code of \`${command}\``);
  }),
  exec.having("exec", "a command that fails is not one that succeeded", async (group, context) => {
    if (context.samples.command === undefined) unverified("the bench names no command");
    const { id } = await context.rentRunning();
    const { value, error } = await settled(() => group.run(id, "exit 3"));
    if (error !== undefined) return void computeError("exec.run", error);
    claim(value.exitCode !== 0, "`exit 3` is said to have ended with 0");
  }),
  topic("exec", { tiers: ["offline"] }).having(
    "exec",
    "a command whose answer is lost is not run again",
    async (group, { rentRunning, tap, isFor }) => {
      const { id } = await rentRunning();
      const isRead = await isFor("read");
      const hits = (exchange: Exchange): boolean => exchange.method !== "GET" && !isRead(exchange);
      tap.inject({ fault: faults.reset("after"), hits });
      const { exchanges } = await tap.during(() => settled(() => group.run(id, "echo gpuport-probe")));
      const sent = exchanges.filter(hits).length;
      claim(sent <= 1, `a command was sent ${sent} times after a lost answer: it would do its work twice`);
    },
  ),
];
