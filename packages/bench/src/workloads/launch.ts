import type { Clock, ComputeProvider, LaunchRequest, RateLimit } from "@gpuport/core";
import { type Emulator, startEmulator } from "@gpuport/emulator";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { pody } from "@gpuport/pody";
import { vast } from "@gpuport/vast";
import { type Spread, spreadOf } from "../lib/stats.ts";
import type { Section, Surroundings } from "../lib/workload.ts";

const each = 25;
/** The emulated clouds' time, and the library's, goes so much faster than ours. */
const speed = 20;

const requests = {
  vast: { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1", minDiskMiB: 20 * 1024 },
  glows: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
  pody: { image: "ubuntu-cuda:12.4" },
  "hpc-ai": { image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", gpu: { model: "H200", count: 8 } },
} as const;
type Cloud = keyof typeof requests;
const clouds = Object.keys(requests) as readonly Cloud[]; // its keys are exactly these

/** Whom the emulated Pody lets have any number of pods. */
const unlimited = { username: "root", password: "roots-password" };

function openAll({ urls, credentials }: Emulator, clock: Clock): Readonly<Record<Cloud, ComputeProvider>> {
  return {
    vast: vast({ ...credentials.vast, baseUrl: urls.vast, clock }),
    glows: glows({ ...credentials.glows, baseUrl: urls.glows, clock }),
    pody: pody({ ...unlimited, baseUrl: urls.pody, clock }),
    "hpc-ai": hpcAi({ apiKey: credentials["hpc-ai"].apiKey, baseUrl: urls["hpc-ai"], clock }),
  };
}

function fastClock(emulator: Emulator): Clock {
  const sleep: Clock["sleep"] = (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms / speed);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  return {
    now: () => emulator.clock.now(),
    sleep,
    alarm: (ms, work) => void setTimeout(work, ms / speed).unref(),
  };
}

/** The least time in which so many calls fit under a limit. */
function leastMs(calls: number, limit: RateLimit | undefined): number {
  return limit === undefined ? 0 : Math.floor((calls - 1) / limit.calls) * limit.perMs;
}

interface Took {
  readonly cloud: Cloud;
  readonly seconds: number;
  readonly rented: number;
  readonly boundSeconds: number;
}

/** An offer of Vast.ai can be had once, so everybody gets one of his own; the first search finds enough. */
async function requestsFor(cloud: Cloud, provider: ComputeProvider): Promise<readonly LaunchRequest[]> {
  const request: LaunchRequest = requests[cloud];
  if (cloud !== "vast" || provider.offers === undefined) return Array.from({ length: each }, () => request);
  const { gpu: _, ...more } = request;
  const hosts = new Map<string, LaunchRequest>();
  for await (const { id, hardware } of provider.offers.search({ minDiskMiB: 20 * 1024 })) {
    if (hardware.gpu?.count === 1 && hosts.size < each) hosts.set(id, { ...more, offerId: id });
  }
  return [...hosts.values()];
}

async function launchOn(cloud: Cloud, provider: ComputeProvider, emulator: Emulator): Promise<Took> {
  const startedAt = emulator.clock.now();
  const launches = (await requestsFor(cloud, provider)).map((request) =>
    provider.launch(request, { timeoutMs: 3_600_000 }),
  );
  const settled = await Promise.allSettled(launches);
  const refused = settled.find((result) => result.status === "rejected");
  if (refused !== undefined) throw refused.reason;
  const seconds = (emulator.clock.now() - startedAt) / 1000;
  const { rateLimits } = provider.facts;
  const boundSeconds = leastMs(each, rateLimits["instance.create"]) / 1000;
  return { cloud, seconds, rented: settled.length, boundSeconds };
}

/** A hundred machines on four clouds at once, against what the clouds' limits leave possible. */
export async function launchWorkload({ effort }: Surroundings): Promise<Section> {
  const runs: (readonly Took[])[] = [];
  let billed = 0;
  for (let run = 0; run < (effort.form === "full" ? 3 : 1); run += 1) {
    const emulator = await startEmulator({ speed, seed: run + 1, vast: { machines: 200 } });
    try {
      const providers = openAll(emulator, fastClock(emulator));
      runs.push(await Promise.all(clouds.map((cloud) => launchOn(cloud, providers[cloud], emulator))));
      billed = emulator.bill().length;
    } finally {
      await emulator.close();
    }
    if (billed !== clouds.length * each) throw new Error(`${billed} machines bill`);
  }
  const took = (cloud: Cloud): Spread =>
    spreadOf(runs.map((run) => run.find((one) => one.cloud === cloud)?.seconds ?? Number.NaN));
  const bound = (cloud: Cloud): number => runs[0]?.find((one) => one.cloud === cloud)?.boundSeconds ?? 0;
  const longest = Math.max(...clouds.map(bound));
  const tenth = (figure: number): string => figure.toFixed(1);
  const whole = spreadOf(runs.map((run) => Math.max(...run.map(({ seconds }) => seconds)) / longest));
  return {
    title: "Launching 100",
    method: `${each} machines on each of four emulated clouds, all asked for at once; the emulator's bill says that each was rented once. The clouds' time runs ${speed} times as fast as ours, so a request takes them about ${speed} ms. The least time is what the declared limit of the create leaves for so many calls.`,
    tables: [
      {
        columns: ["", "seconds of the cloud", "least by its limits"],
        rows: clouds.map((cloud) => {
          const { median, lower, upper } = took(cloud);
          return [cloud, `${tenth(median)} (${tenth(lower)}–${tenth(upper)})`, tenth(bound(cloud))];
        }),
      },
    ],
    goals: [{ what: "all four, against the longest of the limits", is: "at most", limit: 1.15, got: whole }],
    plots: {},
    notes: [`In the last run ${billed} machines billed, each of them asked for once.`],
    watched: {},
  };
}
