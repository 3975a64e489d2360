import { type VirtualClock, virtualClock } from "@gpuport/testkit";
import { describe, expect, it } from "vitest";
import { createGate, type Entrance, type Gate, type Outcome, type Urgency } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Northwind, startNorthwind } from "./northwind/server.ts";

const never = new AbortController().signal;

/** What an endpoint says to a call at this moment. */
type Limiter = (now: number) => boolean;

/** One call per interval, counted from the last accepted one. */
function interval(ms: number): Limiter {
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}

/** The same, but a refused call counts as well. */
function rearmed(ms: number): Limiter {
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    const accepted = now - last >= ms;
    last = now;
    return accepted;
  };
}

/** A bucket that holds a few calls and is filled steadily. */
function bucket(size: number, ms: number): Limiter {
  let tokens = size;
  let at = 0;
  return (now) => {
    tokens = Math.min(size, tokens + (now - at) / ms);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

interface Tally {
  readonly answers: { readonly at: number; readonly throttled: boolean }[];
}

/** One call at an entrance: half a round trip there, half of it back. */
async function call(
  { clock, entrance, limiter }: { clock: VirtualClock; entrance: Entrance; limiter: Limiter },
  { answers }: Tally,
  urgency: Urgency = "read",
  says: Partial<Outcome> = {},
): Promise<boolean> {
  const { leave } = await entrance.enter(urgency, never);
  const roundTripMs = 70 + ((answers.length * 37) % 29);
  await clock.sleep(roundTripMs / 2);
  const at = clock.now();
  const throttled = !limiter(at);
  answers.push({ at, throttled });
  await clock.sleep(roundTripMs / 2);
  leave(throttled ? { throttled, ...says } : { throttled });
  return !throttled;
}

/** Many jobs, a few callers, each job repeated until it is accepted. */
async function work(
  bench: { clock: VirtualClock; entrance: Entrance; limiter: Limiter },
  { jobs = 400, callers = 32, says = {} as Partial<Outcome> } = {},
): Promise<Tally["answers"]> {
  const tally: Tally = { answers: [] };
  let left = jobs;
  const caller = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      while (!(await call(bench, tally, "read", says)));
    }
  };
  await bench.clock.run(Promise.all(Array.from({ length: callers }, caller)));
  return tally.answers;
}

/** The part of the calls allowed by the limit that were accepted, from the first of these answers to the last. */
function used(answers: Tally["answers"], ms: number): number {
  const accepted = answers.filter(({ throttled }) => !throttled);
  const spanMs = (accepted.at(-1)?.at ?? 0) - (accepted[0]?.at ?? 0);
  return ((accepted.length - 1) * ms) / spanMs;
}

const refusedOf = (answers: Tally["answers"]) => answers.filter(({ throttled }) => throttled).length;

describe("a declared limit", () => {
  it("is counted from the answer of one call to the sending of the next, less the shortest round trip", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit: { calls: 1, perMs: 2_000 } });
    const sent: number[] = [];
    const one = async (): Promise<void> => {
      const { leave } = await entrance.enter("read", never);
      sent.push(clock.now());
      await clock.sleep(80);
      leave({ throttled: false });
    };
    await clock.run(Promise.all([one(), one(), one()]));
    expect(sent).toEqual([0, 2_004, 4_008]);
  });

  it("lets a burst through where the cloud counts calls per window", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "search", limit: { calls: 3, perMs: 60_000 } });
    const sent: number[] = [];
    const four = async (): Promise<void> => {
      for (let number = 0; number < 4; number += 1) {
        const { leave } = await entrance.enter("read", never);
        sent.push(clock.now());
        leave({ throttled: false });
      }
    };
    await clock.run(four());
    expect(sent).toEqual([0, 0, 0, 60_000]);
  });

  it.each([
    ["counted from accepted calls", interval(2_000)],
    ["armed again by refused calls", rearmed(2_000)],
    ["with a reserve", bucket(5, 2_000)],
  ])("%s is used to 97 % with hardly a refusal", async (_, limiter) => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit: { calls: 1, perMs: 2_000 } });
    const answers = await work({ clock, entrance, limiter });
    expect(refusedOf(answers)).toBeLessThan(4);
    expect(used(answers, 2_000)).toBeGreaterThan(0.97);
  });

  it("holds for the account as a whole, whatever endpoint is called", async () => {
    const clock = virtualClock();
    const gate = createGate(clock);
    const accountLimit = { calls: 1, perMs: 1_000 };
    const sent: number[] = [];
    const one = async (endpoint: string): Promise<void> => {
      const { leave } = await gate.entrance({ endpoint, accountLimit }).enter("read", never);
      sent.push(clock.now());
      leave({ throttled: false });
    };
    await clock.run(Promise.all([one("a"), one("b"), one("a"), one("c")]));
    expect(sent).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it("that is too generous gives way after a few refusals", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit: { calls: 1, perMs: 500 } });
    const answers = await work({ clock, entrance, limiter: interval(2_000) });
    expect(used(answers.slice(-200), 2_000)).toBeGreaterThan(0.95);
    expect(refusedOf(answers.slice(-200))).toBeLessThan(2);
  });
});

describe("a limit that nobody declared", () => {
  it.each([
    ["counted from accepted calls", () => interval(2_000)],
    ["armed again by refused calls", () => rearmed(2_000)],
    ["with a reserve", () => bucket(5, 2_000)],
  ])("%s is found: 95 % used and under 1 %% refused after warm-up", async (_, limiter) => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get" });
    const answers = await work({ clock, entrance, limiter: limiter() }, { jobs: 800 });
    const warm = answers.slice(200);
    expect(refusedOf(warm)).toBeLessThan(warm.length / 100);
    expect(used(warm, 2_000)).toBeGreaterThan(0.95);
  });

  it("is taken from the refusal that names it", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get" });
    const says = { gapMs: 2_000, retryAfterMs: 2_000 };
    const answers = await work({ clock, entrance, limiter: interval(2_000) }, { callers: 1, says });
    expect(refusedOf(answers)).toBe(1);
    expect(used(answers.slice(2), 2_000)).toBeGreaterThan(0.95);
  });

  it("is left alone for as long as the cloud asked", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get" });
    const { leave } = await entrance.enter("read", never);
    leave({ throttled: true, retryAfterMs: 30_000 });
    const again = await clock.run(entrance.enter("read", never));
    again.leave({ throttled: false });
    expect(clock.now()).toBe(30_000);
  });

  it("is remembered for everybody who comes by the same gate", async () => {
    const clock = virtualClock();
    const gate = createGate(clock);
    const limiter = interval(2_000);
    await work({ clock, entrance: gate.entrance({ endpoint: "get" }), limiter });
    const later = await work({ clock, entrance: gate.entrance({ endpoint: "get" }), limiter }, { jobs: 100 });
    expect(refusedOf(later)).toBeLessThan(2);
  });
});

describe("the line at an endpoint", () => {
  const limit = { calls: 1, perMs: 2_000 };

  it("lets an end pass a thousand reads, and starves nobody", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit });
    const bench = { clock, entrance, limiter: interval(2_000) };
    const tally: Tally = { answers: [] };
    const reads = Array.from({ length: 1_000 }, () => call(bench, tally));
    const waits: number[] = [];
    const ends = async (): Promise<void> => {
      for (let number = 0; number < 100; number += 1) {
        await clock.sleep(7_310);
        const from = clock.now();
        await call(bench, tally, "terminate");
        waits.push(clock.now() - from);
      }
    };
    await clock.run(Promise.all([...reads, ends()]));
    expect(waits.toSorted((a, b) => a - b)[98]).toBeLessThan(2 * 2_000);
    expect(tally.answers).toHaveLength(1_100);
  });

  it("serves an end before a launch before a read, but not for ever", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit });
    const order: string[] = [];
    const one = async (urgency: Urgency): Promise<void> => {
      const { leave } = await entrance.enter(urgency, never);
      order.push(urgency);
      leave({ throttled: false });
    };
    const first = one("read");
    const wanted: Urgency[] = ["read", "launch", ...Array.from({ length: 8 }, () => "terminate" as const)];
    await clock.run(Promise.all([first, ...wanted.map(one)]));
    const t = "terminate";
    expect(order).toEqual(["read", t, t, t, "read", t, t, t, "launch", t, t]);
  });

  it("goes on when one who waits leaves, and keeps no timer for it", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit });
    const { leave } = await entrance.enter("read", never);
    leave({ throttled: false });
    const abort = new AbortController();
    const leaver = entrance.enter("read", abort.signal);
    const next = entrance.enter("read", never);
    abort.abort(new Error("left"));
    await expect(leaver).rejects.toThrow("left");
    expect((await clock.run(next)).waiting).toBe(1);
    const alone = new AbortController();
    const last = entrance.enter("read", alone.signal);
    alone.abort(new Error("left too"));
    await expect(last).rejects.toThrow("left too");
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow("nothing is left");
  });

  it("has an end: who comes then is refused before anything is sent", async () => {
    const clock = virtualClock();
    const entrance = createGate(clock).entrance({ endpoint: "get", limit });
    await entrance.enter("read", never);
    const abort = new AbortController();
    const waiting = Array.from({ length: 10_000 }, () => entrance.enter("read", abort.signal));
    await expect(entrance.enter("terminate", never)).rejects.toMatchObject({
      code: "rate_limited",
      effect: "none",
    });
    abort.abort();
    await Promise.allSettled(waiting);
  });
});

describe("providers of one account", () => {
  const endpoints = { "instance.list": { limit: { calls: 1, perMs: 5_000 } } };
  const listed = async (cloud: Northwind, ...apiKeys: string[]): Promise<number[]> => {
    for (const apiKey of apiKeys) {
      const provider = northwind({ apiKey, baseUrl: cloud.url, clock: cloud.clock, endpoints });
      for await (const _ of provider.list());
    }
    return cloud.seen.map(({ at }) => at - (cloud.seen[0]?.at ?? 0));
  };

  it("keep its limits together", async () => {
    await using cloud = await startNorthwind();
    const { key } = cloud.settings;
    expect(await listed(cloud, key, key, key)).toEqual([0, 5_000, 10_000]);
  });

  it("have nothing to do with those of another", async () => {
    await using one = await startNorthwind();
    await using other = await startNorthwind();
    const { key } = one.settings;
    other.settings.key = key;
    expect(await listed(one, key)).toEqual([0]);
    expect(await listed(other, key)).toEqual([0]);
  });

  it("pass through a gate of the caller's own", async () => {
    await using cloud = await startNorthwind();
    const asked: [string, Urgency][] = [];
    const gate: Gate = {
      entrance: ({ endpoint }) => ({
        async enter(urgency) {
          asked.push([endpoint, urgency]);
          return { waiting: 0, leave() {} };
        },
      }),
    };
    const provider = northwind({ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock, gate });
    const { id } = await provider.launch({ offerId: "a", image: "pytorch" });
    await provider.describe(id);
    await provider.terminate(id);
    expect(asked.slice(0, 3)).toEqual([
      ["instance.create", "launch"],
      ["instance.get", "read"],
      ["instance.terminate", "terminate"],
    ]);
  });
});
