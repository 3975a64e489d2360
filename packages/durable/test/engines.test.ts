import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "@gpuport/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeFlags } from "./support/children.ts";
import { newDatabase, startPostgres, type TestPostgres } from "./support/server.ts";

const patience = 60_000;
const worker = new URL("../src/worker.ts", import.meta.url);
const blind = new URL("support/blind.ts", import.meta.url);

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, patience);
afterAll(() => server.close(), patience);

/** Starts a worker. */
function start(program: URL, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(program), ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  async function until(what: () => boolean): Promise<void> {
    for (const end = Date.now() + patience / 2; !what(); ) {
      if (Date.now() > end || child.exitCode !== null) throw new Error(`it did not come to that: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  return { said: () => said, until, end };
}

/** A worker is killed between the create and its result, and the engine runs the step again in the next one. */
async function killedInTheStep(engine: string, program: URL, emulator: Emulator) {
  const env = {
    DATABASE_URL: await newDatabase(server),
    VAST_API_KEY: emulator.credentials.vast.apiKey,
    VAST_BASE_URL: emulator.urls.vast,
    HOLD_MS: "1500",
    EXPIRE_SECONDS: "2",
  };
  // The machine is rented, and its worker never hears of it.
  emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "hang", work: "done", times: 1 });
  const first = start(program, [engine, "example/trainer:2.1"], env);
  try {
    await first.until(() => emulator.machines().length === 1 && first.said().includes("job "));
  } finally {
    await first.end("SIGKILL");
  }
  const second = start(program, [engine], env);
  try {
    await second.until(() => second.said().includes("done "));
  } finally {
    await second.end("SIGKILL");
  }
  for (const secret of [env.VAST_API_KEY, server.password]) {
    expect(first.said() + second.said()).not.toContain(secret);
  }
  const [, jobId, instanceId] = /done (\S+) (\S+)/.exec(second.said()) ?? [];
  expect(first.said()).toContain(`job ${jobId}`);
  return { instanceId, machines: emulator.machines().map(({ id }) => id) };
}

describe.concurrent.each(["pg-boss", "dbos"])("a worker of %s, killed with -9 inside its step", (engine) => {
  it(
    "has rented one machine when the step launches by the job's key",
    async () => {
      await using emulator = await startEmulator();
      const { instanceId, machines } = await killedInTheStep(engine, worker, emulator);
      expect(machines).toEqual([instanceId]);
    },
    patience,
  );

  it(
    "has rented two when the step just launches: durable is not exactly once",
    async () => {
      await using emulator = await startEmulator();
      const { instanceId, machines } = await killedInTheStep(engine, blind, emulator);
      expect(machines).toHaveLength(2);
      expect(machines.at(-1)).toBe(instanceId);
    },
    patience,
  );
});
