import { glows } from "@gpuport/glows";
import { glowsMachine } from "../lib/rows.ts";
import { quantile, seeded } from "../lib/stats.ts";
import { inVirtualTime } from "../lib/virtual-time.ts";
import { type WatchResult, watchers } from "./watched.ts";

// Run in a process of its own: so many machines come up, half of them within 90 s, and somebody waits for every one.

const [watcher = "", count = "", seed = ""] = process.argv.slice(2);
const machines = Number(count);
const tickMs = 10_000;
const perPage = 20;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The cloud, in Glows.ai's shape: every answer takes 80 ms. */
function cloud(random: () => number) {
  const startedAt = Date.now();
  const readyAt = Array.from({ length: machines }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return startedAt + 90_000 * Math.exp(0.5 * normal);
  });
  let calls = 0;
  const row = (index: number) => {
    const status = Date.now() >= (readyAt[index] ?? 0) ? "Running" : "Pending";
    return { ...glowsMachine(`ins-${index}`), status };
  };
  async function fetch(request: Request): Promise<Response> {
    calls += 1;
    await sleep(40);
    const { pathname, searchParams } = new URL(request.url);
    const page = Number(searchParams.get("page"));
    const size = Number(searchParams.get("per_page"));
    const rows = Array.from({ length: size }, (_, index) => (page - 1) * size + index);
    const pagination = { total: machines, numPages: Math.ceil(machines / size) };
    const body = pathname.endsWith("/list")
      ? { code: 0, instances: rows.filter((index) => index < machines).map(row), pagination }
      : { code: 0, instance: row(Number(searchParams.get("request_id")?.slice(4))) };
    await sleep(40);
    return Response.json(body);
  }
  return { fetch, readyAt, startedAt, calls: () => calls };
}

type Cloud = ReturnType<typeof cloud>;
const base = "http://127.0.0.1/sdk/v1/instance";

interface Row {
  readonly instanceID: string;
  readonly status: string;
}

/** What one writes first. */
async function eachByItself({ fetch }: Cloud, seen: (index: number) => void): Promise<void> {
  const wait = async (_: unknown, index: number): Promise<void> => {
    for (;;) {
      const answer = await fetch(new Request(`${base}?request_id=ins-${index}`));
      const { instance } = (await answer.json()) as { instance: Row };
      if (instance.status === "Running") return seen(index);
      await sleep(tickMs);
    }
  };
  await Promise.all(Array.from({ length: machines }, wait));
}

/** What one writes after that. */
async function byPages({ fetch }: Cloud, seen: (index: number) => void): Promise<void> {
  const ready = new Set<string>();
  while (ready.size < machines) {
    const tickAt = Date.now();
    for (let page = 1; page <= Math.ceil(machines / perPage); page += 1) {
      const answer = await fetch(new Request(`${base}/list?page=${page}&per_page=${perPage}`));
      const { instances } = (await answer.json()) as { instances: Row[] };
      for (const { instanceID, status } of instances) {
        if (status !== "Running" || ready.has(instanceID)) continue;
        ready.add(instanceID);
        seen(Number(instanceID.slice(4)));
      }
    }
    await sleep(Math.max(0, tickAt + tickMs - Date.now()));
  }
}

async function byGpuport({ fetch }: Cloud, seen: (index: number) => void): Promise<void> {
  const baseUrl = "http://127.0.0.1";
  const provider = glows({ token: "token", baseUrl, fetch, facts: { pollIntervalMs: tickMs } });
  const wait = async (_: unknown, index: number): Promise<void> => {
    await provider.waitFor(`ins-${index}`, "running", { timeoutMs: 6 * 3_600_000 });
    seen(index);
  };
  await Promise.all(Array.from({ length: machines }, wait));
}

async function main(): Promise<WatchResult> {
  const random = seeded(Number(seed));
  Math.random = random;
  const there = cloud(random);
  const delays: number[] = [];
  const seen = (index: number): void => {
    delays.push(Math.max(0, Date.now() - Math.max(there.startedAt, there.readyAt[index] ?? 0)) / 1000);
  };
  const ways: Readonly<Record<string, typeof byPages>> = {
    [watchers.single]: eachByItself,
    [watchers.pages]: byPages,
    [watchers.ours]: byGpuport,
  };
  const watch = ways[watcher];
  if (watch === undefined) throw new Error(`there is no watcher ${watcher}`);
  await watch(there, seen);
  if (delays.length !== machines) throw new Error(`${watcher} saw ${delays.length} of ${machines}`);
  const ticks = (Date.now() - there.startedAt) / tickMs;
  const sorted = delays.toSorted((one, other) => one - other);
  const calls = there.calls();
  return {
    ...{ calls, callsPerTick: calls / ticks },
    ...{ p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), max: quantile(sorted, 1) },
  };
}

process.stdout.write(JSON.stringify(await inVirtualTime(main)), () => process.exit());
