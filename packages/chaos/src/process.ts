import type { Clock, Fetch, Hold, Journal } from "@gpuport/core";
import type { CloudName, Emulator, RequestRecord } from "@gpuport/emulator";
import { emulatedClock } from "@gpuport/testkit";
import { clouds } from "./clouds.ts";
import { alive } from "./judge.ts";

/** A create as it went out, seen on the wire. */
export interface SentCreate {
  readonly at: number;
  readonly token: string | undefined;
  /** The machines that existed when it left. */
  readonly besides: readonly string[];
  /** What the emulator has noted of it; `undefined` when it never arrived. */
  readonly arrived: RequestRecord | undefined;
}

/** What happens to a process at given moments. */
export interface Fate {
  /** It is killed when it comes to its n-th step: a request, its answer, a write of the journal, its return, a wait. */
  readonly crashAt?: number | undefined;
  readonly beforeRequest?: ((count: number) => Promise<void>) | undefined;
  readonly beforeWait?: ((count: number) => Promise<void>) | undefined;
  /** A create has left, and nothing is known of its answer. */
  readonly onCreate?: (() => void) | undefined;
}

/**
 * A process that can be killed: what it holds in memory never goes on, what it had sent and written stays. A journal
 * lets the next one have what a dead process held, as a file or a database does.
 */
export interface Victim {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly died: Promise<"died">;
  /** Kills it, and waits for what it has on the wire: nothing of it happens after this. */
  readonly end: () => Promise<void>;
}

const never = new Promise<never>(() => undefined);
const tokenInside = /gp[0-9a-hjkmnp-tv-z]{18}/;

export function startProcess(
  emulator: Emulator,
  cloudName: CloudName,
  journal: Journal,
  sent: SentCreate[],
  fate: Fate = {},
): Victim {
  const cloud = clouds[cloudName];
  const time = emulatedClock(emulator);
  const death = Promise.withResolvers<"died">();
  const held = new Set<Hold>();
  const onTheWire = new Set<Promise<unknown>>();
  let steps = 0;
  let dead = false;
  let requests = 0;
  let waits = 0;

  async function step(): Promise<void> {
    if (!dead && steps++ === fate.crashAt) await die();
    if (dead) await never;
  }

  async function die(): Promise<void> {
    dead = true;
    for (const hold of held) await hold.release();
    held.clear();
    death.resolve("died");
  }

  const creates = (): readonly RequestRecord[] =>
    emulator
      .requests()
      .filter(({ method, path, cloud: at }) => at === cloudName && cloud.isCreate(method, path));

  async function send(request: Request, init: RequestInit | undefined): Promise<Response> {
    if (!cloud.isCreate(request.method, new URL(request.url).pathname)) return fetch(request, init);
    const body = request.body === null ? "" : await request.clone().text();
    const token = tokenInside.exec(request.url + body)?.[0];
    const at = emulator.clock.now();
    const besides = alive(emulator, cloudName).map(({ id }) => id);
    const earlier = creates().length;
    try {
      const answer = fetch(request, init);
      fate.onCreate?.();
      return await answer;
    } finally {
      sent.push({ at, token, besides, arrived: creates()[earlier] });
    }
  }

  return {
    died: death.promise,
    async end() {
      await die();
      await Promise.allSettled(onTheWire);
    },
    async fetch(request, init) {
      await step();
      await fate.beforeRequest?.(requests++);
      const sending = send(request, init);
      onTheWire.add(sending);
      try {
        return await sending;
      } finally {
        onTheWire.delete(sending);
        await step();
      }
    },
    clock: {
      now: time.now,
      alarm: time.alarm,
      async sleep(ms, signal) {
        await step();
        await fate.beforeWait?.(waits++);
        await time.sleep(ms, signal);
      },
    },
    journal: {
      async hold(provider, key, signal) {
        const hold = await journal.hold(provider, key, signal);
        if (dead) await hold.release();
        else held.add(hold);
        if (dead) await never;
        return {
          record: hold.record,
          async write(record, budgets) {
            await step();
            await hold.write(record, budgets);
            await step();
          },
          async release() {
            held.delete(hold);
            await hold.release();
          },
        };
      },
      byInstance: (provider, id) => journal.byInstance(provider, id),
      list: (query) => journal.list(query),
    },
  };
}
