#!/usr/bin/env node
import { parseArgs } from "node:util";
import { type EmulatorOptions, startEmulator } from "./emulator.ts";
import type { CloudName } from "./kit/types.ts";

const usage = `gpuport-emulator: GPU clouds on loopback ports, with a clock, faults and a bill

  --seed <number>       everything left to chance follows from it (default 1)
  --speed <number>      how many times faster than the computer's the clock runs (default 1)
  --clock real|manual   manual stands still but for POST /_emulator/clock (default real)
  --host <address>      where to listen (default 127.0.0.1)
  --port-base <port>    the ports from here on: vast, glows, pody, hpc-ai, lambda, runpod (default: any free ones)
  --ports <list>        single ports, such as vast=4001,pody=4003
  --rate-limits         Vast.ai, Lambda and RunPod refuse calls that come too soon
  --json                print the addresses and credentials as one line of JSON
  --help
`;

const names = ["vast", "glows", "pody", "hpc-ai", "lambda", "runpod"] as const satisfies readonly CloudName[];

interface CommandLine {
  readonly options: EmulatorOptions;
  readonly json: boolean;
}

function readCommandLine(): CommandLine | "help" {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      speed: { type: "string" },
      clock: { type: "string" },
      host: { type: "string" },
      "port-base": { type: "string" },
      ports: { type: "string" },
      "rate-limits": { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return "help";
  const { clock } = values;
  if (clock !== undefined && clock !== "real" && clock !== "manual")
    throw new Error("--clock is real or manual");
  const options: EmulatorOptions = {
    seed: toNumber("--seed", values.seed),
    speed: toNumber("--speed", values.speed),
    clock,
    host: values.host,
    ports: { ...portsFrom(toNumber("--port-base", values["port-base"])), ...portsIn(values.ports) },
    vast: { enforceRateLimits: values["rate-limits"] === true },
    lambda: { enforceRateLimits: values["rate-limits"] === true },
    runpod: { enforceRateLimits: values["rate-limits"] === true },
  };
  return { options, json: values.json === true };
}

function toNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0)) throw new Error(`${option} takes a number, not ${text}`);
  return number;
}

function portsFrom(base: number | undefined): Partial<Record<CloudName, number>> {
  return base === undefined ? {} : Object.fromEntries(names.map((name, index) => [name, base + index]));
}

function portsIn(list: string | undefined): Partial<Record<CloudName, number>> {
  if (list === undefined) return {};
  return Object.fromEntries(
    list.split(",").map((item) => {
      const [name, port] = item.split("=");
      const known = names.find((other) => other === name);
      if (known === undefined) throw new Error(`--ports: ${name ?? ""} is none of ${names.join(", ")}`);
      return [known, toNumber("--ports", port ?? "")];
    }),
  );
}

async function main(): Promise<void> {
  const line = readCommandLine();
  if (line === "help") {
    process.stdout.write(usage);
    return;
  }
  const emulator = await startEmulator(line.options);
  // Before anything is printed: whoever reads the lines may stop the command at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void emulator.close();
    });
  }
  const { urls, credentials } = emulator;
  const hpcAi = credentials["hpc-ai"];
  const environment = {
    VAST_API_KEY: credentials.vast.apiKey,
    GLOWS_TOKEN: credentials.glows.token,
    PODY_API_BASE: urls.pody,
    PODY_USERNAME: credentials.pody.username,
    PODY_PASSWORD: credentials.pody.password,
    HPC_AI_USERNAME: hpcAi.username,
    HPC_AI_PASSWORD: hpcAi.password,
    HPC_AI_API_KEY: hpcAi.apiKey,
    LAMBDA_API_KEY: credentials.lambda.apiKey,
    RUNPOD_API_KEY: credentials.runpod.apiKey,
  };
  if (line.json) process.stdout.write(`${JSON.stringify({ urls, credentials, environment })}\n`);
  else {
    const addresses = names.map((name) => `# ${name.padEnd(6)} ${urls[name]}`);
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
    process.stdout.write(
      `${[...addresses, ...exports, "# control: GET /_emulator/bill on any port; stop with Ctrl+C"].join("\n")}\n`,
    );
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
