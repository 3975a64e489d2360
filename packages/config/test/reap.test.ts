// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "@gpuport/emulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Folder, folder } from "./folder.ts";

// The emulator counts no requests, and shows everything at once.
const facts = "{ visibilityLagMs: 20, lateCommitMs: 20, pollIntervalMs: 20 }";
const endpoints = "{ instance.list: { limit: null }, instance.get: { limit: null } }";
const yaml = `
journal: { sqlite: ./launches.db }
owner: trainers
providers:
  market: { adapter: vast, apiKey: \${VAST_API_KEY}, baseUrl: \${VAST_URL}, facts: ${facts}, endpoints: ${endpoints} }
  taiwan: { adapter: glows, token: \${GLOWS_TOKEN}, baseUrl: \${GLOWS_URL}, facts: ${facts} }
`;

let emulator: Emulator;
let project: Folder;
let children: ChildProcess[];
beforeEach(async () => {
  emulator = await startEmulator({ seed: 7, glows: { queuedMs: 20, pendingMs: 20, cancelingMs: 20 } });
  project = await folder({ "gpuport.yaml": yaml });
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await emulator.close();
  await project[Symbol.asyncDispose]();
});

function start(
  flags: readonly string[],
  module: URL,
  args: readonly string[],
  more: object = {},
): ChildProcess {
  const path = fileURLToPath(module);
  const quiet = ["--conditions=@gpuport/source", "--disable-warning=ExperimentalWarning", ...flags];
  const { urls, credentials } = emulator;
  const child = spawn(process.execPath, [...quiet, path, ...args], {
    cwd: project.path,
    env: {
      ...{ PATH: process.env["PATH"], VAST_URL: urls.vast, VAST_API_KEY: credentials.vast.apiKey },
      ...{ GLOWS_URL: urls.glows, GLOWS_TOKEN: credentials.glows.token, ...more },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

/** Launches in another process, which is killed once the machine is there. */
async function launchAndDie(name: string, request: object, journal = "own"): Promise<string> {
  const before = emulator.bill().length;
  const child = start([], new URL("launch-process.ts", import.meta.url), [
    ...["gpuport.yaml", name, JSON.stringify({ gpu: { model: "rtx-4090" }, ...request }), journal],
  ]);
  const lost = emulator.faults.list().length > 0;
  // Either it says that it has launched, or it waits for an answer that never comes.
  if (!lost && child.stdout !== null) await once(child.stdout, "data");
  await expect.poll(() => emulator.bill().length, { timeout: 10_000 }).toBe(before + 1);
  child.kill("SIGKILL");
  await once(child, "exit");
  return emulator.bill().at(-1)?.id ?? "";
}

/** A machine of somebody who rents without gpuport. */
async function strangersMachine(): Promise<string> {
  const headers = { authorization: `Bearer ${emulator.credentials.vast.apiKey}` };
  const search = await fetch(`${emulator.urls.vast}/api/v0/bundles/`, {
    method: "POST",
    headers,
    body: "{}",
  });
  const { offers } = (await search.json()) as { offers: { id: number }[] };
  const body = JSON.stringify({ image: "ubuntu:24.04", disk: 16, label: "mine" });
  const url = `${emulator.urls.vast}/api/v0/asks/${offers[0]?.id}/`;
  const rented = (await (await fetch(url, { method: "PUT", headers, body })).json()) as {
    new_contract: number;
  };
  return String(rented.new_contract);
}

const hourLater = "data:text/javascript,const now = Date.now; Date.now = () => now() + 3_600_000";

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly complaint: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** `gpuport-reap`, an hour later, so that no launch of before is young any more. */
async function gpuportReap(args: readonly string[], more: object = {}): Promise<Ran> {
  const child = start(["--import", hourLater], new URL("../src/cli.ts", import.meta.url), args, more);
  const exit = once(child, "exit") as Promise<[number | null]>;
  const all = async (pipe: Readable | null): Promise<string> => (pipe === null ? "" : text(pipe));
  const [out, complaint] = await Promise.all([all(child.stdout), all(child.stderr)]);
  const [code] = await exit;
  const lines = args.includes("--json") ? out.split("\n").filter((line) => line !== "") : [];
  return { code, out, complaint, rows: lines.map((line) => JSON.parse(line)) };
}

const billing = (): string[] => emulator.bill().map(({ id }) => id);
const pytorch = { image: "pytorch/pytorch:2.4.0" };

describe("gpuport-reap", { timeout: 60_000 }, () => {
  it("ends the machine of a launch whose process was killed, and no stranger's", async () => {
    const stranger = await strangersMachine();
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "hang", work: "done" });
    const forgotten = await launchAndDie("market", { ...pytorch, key: "job-1", name: "job" });
    await emulator.faults.clear();
    expect(billing()).toEqual([stranger, forgotten]);

    const dry = await gpuportReap(["--json"]);
    expect(dry).toMatchObject({ code: 1, complaint: "" });
    expect(dry.rows).toMatchObject([
      { provider: "market", id: forgotten, name: "job", kind: "forgotten", action: "terminate", done: false },
      { provider: "market", id: stranger, name: "mine", kind: "foreign", action: "none", done: false },
      { provider: "market", key: "job-1", kind: "open_launch", action: "recover", done: false },
    ]);
    expect(dry.rows[0]).toMatchObject({ since: expect.any(String), rate: { currency: "USD" } });
    expect(billing()).toEqual([stranger, forgotten]);

    const real = await gpuportReap(["--json", "--yes"]);
    expect(real.rows).toMatchObject([
      {
        provider: "market",
        id: forgotten,
        key: "job-1",
        kind: "open_launch",
        action: "terminate",
        done: true,
      },
      { provider: "market", id: stranger, kind: "foreign", action: "none" },
    ]);
    expect(real).toMatchObject({ code: 0, complaint: "" });
    expect(billing()).toEqual([stranger]);
  });

  it("ends orphans and what has no lease any more, on every cloud, and leaves the rest", async () => {
    const leased = await launchAndDie("market", {
      ...pytorch,
      lease: { ttlMs: 60_000, onExpiry: "terminate" },
    });
    const orphan = await launchAndDie("taiwan", { image: "img-4x7mz2va" }, "lost");
    const ours = await launchAndDie("taiwan", { image: "img-4x7mz2va", name: "kept" });
    const expected = [
      ["market", leased, "lease_expired", "terminate"],
      ["taiwan", orphan, "orphan", "terminate"],
      ["taiwan", ours, "ours", "none"],
    ];
    const told = ({ rows }: Ran): unknown =>
      rows.map(({ provider, id, kind, action }) => [provider, id, kind, action]).toSorted();

    const dry = await gpuportReap(["--json", "--dry-run", "--config", `${project.path}/gpuport.yaml`]);
    expect(told(dry)).toEqual(expected.toSorted());
    expect(dry.code).toBe(1);
    expect(billing()).toEqual([leased, orphan, ours]);

    const tooYoung = await gpuportReap(["--json", "--grace", "120"]);
    expect(tooYoung.rows.find(({ id }) => id === orphan)).toMatchObject({ kind: "orphan", action: "none" });

    const table = await gpuportReap([]);
    expect(table.out).toMatch(/^\S+Z, a dry run\nprovider +id +name +since +rate +kind +action +result\n/);
    expect(table.out).toMatch(
      new RegExp(
        `^market +${leased} +- +\\S+Z +\\d+\\.\\d{4} USD/h +lease_expired +terminate +would be done$`,
        "m",
      ),
    );
    expect(table.out).toMatch(/^3 machines bill .+; --yes does what is left to do\n$/m);

    const real = await gpuportReap(["--json", "--yes"]);
    expect(told(real)).toEqual(expected.toSorted());
    expect(real.code).toBe(0);
    expect(billing()).toEqual([ours]);
    expect(await gpuportReap(["--yes"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/kept .* ours +none/),
    });
  });

  it("says what it could not end, and what it could not list", async () => {
    const leased = await launchAndDie("market", {
      ...pytorch,
      lease: { ttlMs: 60_000, onExpiry: "terminate" },
    });
    emulator.faults.add(
      { cloud: "vast", endpoint: "instance.destroy", fault: "answer", status: 403, body: { success: false } },
      { cloud: "glows", fault: "answer", status: 401, body: { code: 401 } },
    );
    const { code, rows } = await gpuportReap(["--json", "--yes"]);
    expect(code).toBe(1);
    expect(rows).toMatchObject([
      {
        provider: "market",
        id: leased,
        kind: "lease_expired",
        done: false,
        error: { code: expect.any(String) },
      },
      { provider: "taiwan", kind: "failed", error: { code: "unauthenticated" } },
    ]);
    expect(billing()).toEqual([leased]);
  });

  it("goes round and round, one round at a time, until it is asked to end", async () => {
    await launchAndDie("market", pytorch);
    const before = emulator.requests().length;
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.list",
      fault: "delay",
      ms: 150,
      when: "before_work",
    });
    const child = start([], new URL("../src/cli.ts", import.meta.url), ["--loop", "0.001", "--json"]);
    let lines = 0;
    child.stdout?.on("data", (data: Buffer) => {
      lines += String(data).split("\n").length - 1;
    });
    await expect.poll(() => lines, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    child.kill("SIGTERM");
    const [code, signal] = await once(child, "exit");
    expect([code, signal]).toEqual([0, null]);
    // Two looks a round, each answered before the next is made; the last round was finished.
    const looks = emulator
      .requests()
      .slice(before)
      .filter(({ endpoint }) => endpoint === "instance.list");
    expect(looks.filter(({ cloud }) => cloud === "vast")).toHaveLength(lines * 2);
  });

  it.each([
    ["an unknown option", ["--nope"], "--nope"],
    ["two minds", ["--yes", "--dry-run"], "--dry-run and --yes exclude each other"],
    ["a grace of words", ["--grace", "long"], "--grace takes a number, not long"],
    ["a loop without a pause", ["--loop", "0"], "--loop takes a number of seconds above 0"],
    [
      "a file that is not there",
      ["--config", "other.yaml"],
      "other.yaml: cannot be read: there is no such file",
    ],
  ])("refuses %s", async (_, args, complaint) => {
    expect(await gpuportReap(args)).toMatchObject({
      code: 2,
      out: "",
      complaint: expect.stringContaining(complaint),
    });
    expect(emulator.requests()).toEqual([]);
  });

  it("refuses a configuration without a journal that others can write", async () => {
    await using bare = await folder({ "gpuport.yaml": yaml.replace(/^journal.*$/m, "journal: memory") });
    const ran = await gpuportReap(["--yes", "--config", `${bare.path}/gpuport.yaml`]);
    expect(ran).toMatchObject({ code: 2, complaint: expect.stringContaining("names no journal that other") });
    expect(emulator.requests()).toEqual([]);
  });

  it("never shows the connection string of the journal", async () => {
    const postgres = yaml.replace(/^journal.*$/m, "journal: { postgres: ${DATABASE_URL} }");
    await using shared = await folder({ "gpuport.yaml": postgres });
    const args = ["--json", "--config", `${shared.path}/gpuport.yaml`];
    const away = await gpuportReap(args, { DATABASE_URL: "postgres://gpuport:hunter2@127.0.0.1:1/launches" });
    expect(away.code).toBe(1);
    expect(away.rows).toMatchObject([
      { provider: "market", kind: "failed", error: { code: "unavailable" } },
      { provider: "taiwan", kind: "failed", error: { code: "unavailable" } },
    ]);
    const wrong = await gpuportReap(args, { DATABASE_URL: "postgres://gpuport:hunter2@host:port/launches" });
    expect(wrong).toMatchObject({ code: 2, complaint: expect.stringContaining("journal.postgres: ") });
    expect(away.out + away.complaint + wrong.out + wrong.complaint).not.toContain("hunter2");
  });

  it("explains itself", async () => {
    expect(await gpuportReap(["--help"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("--grace <minutes>"),
    });
  });
});
