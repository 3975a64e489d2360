import { memoryJournal } from "@gpuport/core";
import type { CloudName, Emulator } from "@gpuport/emulator";
import ky, { HTTPError } from "ky";
import pRetry from "p-retry";
import { type Cell, tell } from "./cell.ts";
import { requestTimeoutMs } from "./clouds.ts";
import {
  alive,
  findDoubles,
  findDoublesAmongReturned,
  isAlive,
  noFindings,
  type Verdict,
  verdictOf,
} from "./judge.ts";
import { type SentCreate, startProcess, type Victim } from "./process.ts";
import { everythingLateMs } from "./run.ts";
import { arm } from "./script.ts";

// The protocol switched off. What most programs do: the create wrapped in p-retry, the id written down when it comes
// back, the first 2xx or 404 of a delete taken for its end, a job that failed or died delivered again.

/** How often a call is repeated, after pauses of 1, 2 and 4 s of the emulator's time. */
const retries = 3;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
}

/** One cloud's API, as somebody writes it down from its reference in an afternoon. */
interface RawCloud {
  readonly headers: (emulator: Emulator) => Readonly<Record<string, string>>;
  readonly create: (ask: (call: Call) => Promise<unknown>, name: string) => Promise<string>;
  readonly remove: (id: string) => Call;
}

const raw: Readonly<Record<CloudName, RawCloud>> = {
  vast: {
    headers: ({ credentials }) => ({ authorization: `Bearer ${credentials.vast.apiKey}` }),
    async create(ask, label) {
      const filter = {
        gpu_name: { in: ["RTX 4090"] },
        num_gpus: { eq: 1 },
        rentable: { eq: true },
        limit: 10,
      };
      const { offers } = (await ask({ method: "POST", path: "/api/v0/bundles/", json: filter })) as {
        readonly offers: readonly { readonly id: number }[];
      };
      const json = {
        client_id: "me",
        image: "example/trainer:2.1",
        label,
        disk: 20,
        runtype: "ssh_direc ssh_proxy",
      };
      const path = `/api/v0/asks/${offers[0]?.id}/`;
      const answer = (await ask({ method: "PUT", path, json })) as { readonly new_contract?: number };
      return said(answer.new_contract);
    },
    remove: (id) => ({ method: "DELETE", path: `/api/v0/instances/${id}/`, json: {} }),
  },
  glows: {
    headers: ({ credentials }) => ({ authorization: `Bearer ${credentials.glows.token}` }),
    async create(ask) {
      const json = {
        ...{ from_image_id: "img-4x7mz2va", gpu_name: "NVIDIA GeForce RTX 4090", region_name: "TW-03" },
        // Required, and made up for each call, because nobody says what it is good for.
        ...{ instance_category: "container", custom_meta_key: crypto.randomUUID() },
      };
      const answer = (await ask({ method: "POST", path: "/sdk/v1/instance", json })) as {
        readonly instance?: { readonly instanceID?: string };
      };
      return said(answer.instance?.instanceID);
    },
    remove: (id) => ({ method: "DELETE", path: `/sdk/v1/instance?request_id=${id}` }),
  },
  pody: {
    headers: ({ credentials: { pody } }) => ({
      authorization: `Basic ${btoa(`${pody.username}:${pody.password}`)}`,
    }),
    async create(ask, name) {
      await ask({ method: "POST", path: `/pod/create?ins=${name}&image=ubuntu-cuda%3A12.4` });
      return name;
    },
    remove: (id) => ({ method: "POST", path: `/pod/delete?ins=${id}` }),
  },
  "hpc-ai": {
    headers: ({ credentials }) => ({ "x-api-key": credentials["hpc-ai"].apiKey }),
    async create(ask, name) {
      const json = {
        ...{ name, imageId: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", isSpotInstance: false },
        instanceTypeId: "7e41c2b8-93d4-4f6a-a0c5-1b2d3e4f5a01",
        region: "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01",
        ...{ billing: { chargeMode: "perHour", duration: 1 }, remoteStorages: [], nodePorts: [] },
        instanceConfiguration: {
          ...{ enableCommonData: false, enableDocker: false, dockerStorageSize: 0, extraDataDiskSizeDB: 0 },
          initScript: "",
        },
      };
      const answer = (await ask({ method: "POST", path: "/instance/create", json })) as {
        readonly instanceId?: string;
      };
      return said(answer.instanceId);
    },
    remove: (instanceId) => ({ method: "POST", path: "/instance/terminate", json: { instanceId } }),
  },
};

function said(id: string | number | undefined): string {
  if (id === undefined) throw new Error("the answer names no machine");
  return String(id);
}

/** One cell without the protocol, judged by the same bill. */
export async function runWithout(emulator: Emulator, cell: Cell): Promise<Verdict> {
  const story = tell(cell);
  const { cloud } = cell;
  const findings = noFindings();
  const sent: SentCreate[] = [];
  /** What the program's database holds. */
  const known = new Set<string>();
  const gone: string[] = [];
  const { headers, create, remove } = raw[cloud];
  const started: Victim[] = [];
  const start = (fate = {}): Victim => {
    const victim = startProcess(emulator, cloud, memoryJournal(), sent, fate);
    started.push(victim);
    return victim;
  };

  function askVia({ fetch }: Victim, signal?: AbortSignal) {
    return async ({ method, path, json }: Call): Promise<unknown> => {
      const abort = AbortSignal.any([
        AbortSignal.timeout(requestTimeoutMs),
        ...(signal === undefined ? [] : [signal]),
      ]);
      const options = {
        method,
        headers: headers(emulator),
        retry: 0,
        timeout: false as const,
        signal: abort,
      };
      const answer = await ky(emulator.urls[cloud] + path, {
        ...options,
        ...(json === undefined ? {} : { json }),
        fetch: fetch as typeof globalThis.fetch, // ky always calls it with a Request
      });
      return JSON.parse(await answer.text()) as unknown;
    };
  }

  function retried<Result>(
    { clock }: Victim,
    work: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return pRetry(work, {
      ...{ retries, minTimeout: 0 },
      ...(signal === undefined ? {} : { signal }),
      onFailedAttempt: ({ attemptNumber }) => clock.sleep(1000 * 2 ** (attemptNumber - 1)),
    });
  }

  /** Whether it came to anything; what went wrong is the caller's to log. */
  async function survives(victim: Victim, work: Promise<unknown>): Promise<boolean> {
    const told = work.then(
      () => true,
      () => false,
    );
    const outcome = await Promise.race([told, victim.died]);
    if (outcome === "died") await victim.end();
    return outcome === true;
  }

  async function launch(victim: Victim, signal?: AbortSignal): Promise<void> {
    if (known.size > 0) return;
    known.add(await retried(victim, () => create(askVia(victim, signal), "job1"), signal));
  }

  async function terminate(victim: Victim, id: string): Promise<void> {
    await retried(victim, async () => {
      try {
        await askVia(victim)(remove(id));
      } catch (error) {
        if (!(error instanceof HTTPError) || error.response.status !== 404) throw error;
      }
    });
    known.delete(id);
    gone.push(id);
  }

  const leaving = new AbortController();
  const begin = () => arm(emulator, cell, story, () => leaving.abort());
  let script: ReturnType<typeof begin>;
  let target: string | undefined;
  let done: boolean;
  if (cell.operation === "terminate") {
    await launch(start());
    [target] = known;
    emulator.clock.advance(story.ageMs);
    script = begin();
    const victim = start(script.fate);
    done = await survives(victim, terminate(victim, target ?? ""));
  } else {
    script = begin();
    const first = start(script.fate);
    const second = story.apart ? start() : first;
    const launches = [survives(first, launch(first, leaving.signal))];
    if (cell.operation === "twin") launches.push(survives(second, launch(second)));
    done = (await Promise.all(launches)).includes(true);
  }

  findings.struck = script.hasStruck();
  await emulator.faults.clear();
  emulator.clock.advance(story.pauseMs);
  if (story.asksAgain && !done) {
    const next = start();
    await survives(next, target === undefined ? launch(next) : terminate(next, target));
  }
  emulator.clock.advance(everythingLateMs);
  for (const victim of started) await victim.end();

  for (const id of gone) {
    // Judged when everything has had time to happen: nobody who trusts an answer looks at that very moment.
    if (!story.row.comesBack && isAlive(emulator, cloud, id)) findings.lists.falseProofs.push(`${id} exists`);
  }
  for (const { id } of alive(emulator, cloud)) {
    if (!known.has(id) && (story.row.comesBack || !gone.includes(id)))
      findings.lists.orphans.push(`${id} exists`);
  }
  if (story.row.comesBack) findDoublesAmongReturned(emulator, cloud, sent, findings);
  else findDoubles(emulator, cloud, findings);
  return verdictOf(findings);
}
