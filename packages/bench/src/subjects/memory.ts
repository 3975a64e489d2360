import { setTimeout } from "node:timers/promises";
import { glows } from "@gpuport/glows";
import { repeat } from "../lib/paired.ts";
import { describeNaively } from "../peers/naive.ts";
import { remembered } from "./remembered.ts";

// Run in a fresh process with --expose-gc: what the heap keeps of so many calls, as one number of bytes for each.

const [subject, serverUrl, calls] = process.argv.slice(2);

async function main(): Promise<void> {
  const provider = glows({ token: "token", baseUrl: `${serverUrl}/glows` });
  const { signal } = new AbortController();
  const ways: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    [remembered.ours]: (id) => provider.describe(id),
    [remembered.shared]: (id) => provider.describe(id, { signal }),
    [remembered.naive]: (id) => describeNaively(`${serverUrl}/glows/sdk/v1/instance?request_id=${id}`),
  };
  const call = ways[subject ?? ""];
  if (call === undefined) throw new Error(`there is no subject ${subject}`);
  const run = (count: number): Promise<void> => repeat(count, 32, (number) => call(`ins-${number % 100}`));
  await run(10_000);
  const before = await heap();
  await run(Number(calls));
  process.stdout.write(String(((await heap()) - before) / Number(calls)));
  process.exit();
}

/** Weak references and finalizers let go of things only between tasks of the event loop, one layer after another. */
async function heap(): Promise<number> {
  for (let time = 0; time < 6; time += 1) {
    globalThis.gc?.();
    await setTimeout(30);
  }
  return process.memoryUsage().heapUsed;
}

await main();
