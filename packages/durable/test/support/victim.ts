// Carries out orders, each in a world of its own. What is to be killed stands still at its step; when every order has
// come to its step or to its end, the process kills itself.
import { readFileSync, writeSync } from "node:fs";
import { type ComputeProvider, type Fetch, isComputeError, recover } from "@gpuport/core";
import { openCloud } from "./clouds.ts";
import { openJournal } from "./journals.ts";
import type { Line, Order, Outcome } from "./order.ts";
import { remoteClock } from "./remote-clock.ts";
import { type Step, steppedClock, steppedFetch, steppedJournal, steppedPool } from "./steps.ts";

const never = new Promise<never>(() => {});
/** What differs from one world to the next: a token, or a schema. */
const names = /gp[0-9a-hjkmnp-tv-z]{18}|"world [^"]+"/g;
const longest = 100;

const orders = JSON.parse(readFileSync(0, "utf8")) as readonly Order[];
let going = orders.length;
let standing = 0;

function tell(line: Line): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** One order less is going on. The last one decides how the process ends. */
function over(): void {
  going -= 1;
  if (going === 0) process.kill(process.pid, standing > 0 ? "SIGKILL" : "SIGTERM");
}

function standStill(): Promise<never> {
  standing += 1;
  over();
  return never;
}

async function carryOut(order: Order, index: number): Promise<void> {
  const { cloud, emulator, name, killAt, killSending, budgets, quick, waitsAreSteps = true } = order;
  const origin = emulator.urls[cloud];
  const clock = remoteClock(origin, order.now);
  let steps = 0;

  const step: Step = async (text) => {
    tell({ order: index, step: text.replaceAll(names, "NAME").slice(0, longest) });
    if (steps++ === killAt) await standStill();
  };

  const send: Fetch = async (request, init) => {
    const sent = `${request.method} ${new URL(request.url).pathname}`;
    if (killSending !== undefined && new RegExp(killSending).test(sent)) {
      void fetch(request, init).catch(() => {});
      await untilHanging(origin);
      await standStill();
    }
    const response = await fetch(request, init);
    await clock.catchUp();
    return response;
  };

  const journal = await openJournal(order.journal, clock, (pool) => steppedPool(pool, step));
  const provider = await openCloud(cloud, emulator, {
    ...{ name, budgets, quick },
    journal: "sqlite" in order.journal ? steppedJournal(journal, step) : journal,
    clock: waitsAreSteps ? steppedClock(clock, step) : clock,
    fetch: steppedFetch(send, step),
  });
  const outcome = await outcomeOf(order, provider);
  await step("tell the caller");
  tell({ order: index, outcome });
  await journal.close();
  over();
}

/** The cloud has got the requests of this process that it will not answer. */
async function untilHanging(origin: string): Promise<void> {
  const sent = orders.filter((order) => order.killSending && order.emulator.urls[order.cloud] === origin);
  for (;;) {
    const answer = await fetch(new URL("/_emulator/requests", origin));
    const seen = (await answer.json()) as { readonly requests: readonly { readonly fault?: string }[] };
    if (seen.requests.filter(({ fault }) => fault === "hang").length >= sent.length) return;
  }
}

async function outcomeOf(order: Order, provider: ComputeProvider): Promise<Outcome> {
  try {
    return await work(order, provider);
  } catch (error) {
    if (!isComputeError(error)) throw error;
    return { code: error.code, message: error.message, effect: error.effect };
  }
}

async function work({ do: what, request = {}, instanceId = "" }: Order, provider: ComputeProvider) {
  switch (what) {
    case "launch":
      return { id: (await provider.launch(request)).id };
    case "terminate":
      return { id: (await provider.terminate(instanceId)).id };
    case "recover": {
      const [recovery] = await recover([provider]);
      if (recovery?.error !== undefined) throw recovery.error;
      return { id: recovery?.instanceId };
    }
  }
}

await Promise.all(orders.map(carryOut));
