import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "@gpuport/emulator";
import { describe, expect, it } from "vitest";
import { changes, configuration, quickstart, type Run, startEmbedded } from "./support.ts";

const names = ["market", "taiwan", "lab", "reserved", "pods", "east"];

// Each waits for processes and emulated clouds of its own, so they wait together.
describe.concurrent("quickstart on the emulator of its own", { timeout: 60_000 }, () => {
  it("rents one machine on each of six clouds, shows them, and terminates them with evidence", async () => {
    const { code, out, err } = await quickstart([]).ended;
    expect(err).toBe("");
    const rows = out.split("\n").filter((line) => line.startsWith("│"));
    const head = ["provider", "id", "status", "GPU", "VRAM", "vCPU", "RAM", "price per hour", "ssh"];
    expect(cells(rows[0])).toEqual(head);
    const table = rows.slice(1).map(cells);
    expect(table.map(([provider, , status, gpu, vram]) => [provider, status, gpu, vram])).toEqual(
      names.map((name) => [name, "running", name === "east" ? "1 × A10" : "1 × RTX 4090", "24 GiB"]),
    );
    const [market, taiwan, lab, reserved, pods, east] = table.map((row) => row[7]);
    expect(market).toMatch(/^0\.\d{4} USD\/h$/);
    expect(taiwan).toBe("0.4900 CREDIT:glows/h");
    expect(lab).toBe("-");
    expect(reserved).toBe("0.4500 USD/h");
    expect(pods).toBe("0.6900 USD/h");
    expect(east).toBe("0.7500 USD/h");
    for (const [name = "", id = "", , , , , , , ssh] of table) {
      expect(ssh).toMatch(/^\w+@[\w.-]+:\d+$/);
      expect(out).toMatch(
        new RegExp(`${name} +${id}  terminated, evidence: (not_found|terminal_status|absent)`),
      );
    }
    expect(out.trimEnd()).toMatch(/\nbill: empty \(\d+\.\d s\)$/);
    expect(code).toBe(0);
  });

  it("explains itself, and refuses what it does not know", async () => {
    const help = await quickstart(["--help"]).ended;
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toContain("--max-price");
    const wrong = await quickstart(["--maxprice", "1"]).ended;
    expect(wrong).toMatchObject({ code: 2, out: "" });
    const stranger = await quickstart(["--only", "market,moon"]).ended;
    expect(stranger.code).toBe(2);
    expect(stranger.err).toContain(
      "--only: there is no moon, only market, taiwan, lab, reserved, pods, east",
    );
  });
});

describe.concurrent("quickstart with a configuration", { timeout: 60_000 }, () => {
  it("sends nothing that changes anything in a dry run", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const { code, out } = await run(["--dry-run"]).ended;
    expect(out).toContain("reserved  1 × RTX 4090 at 0.4500 USD/h in region-one");
    expect(new Set(emulator.requests().map(({ cloud }) => cloud)).size).toBe(6);
    expect(changes(emulator)).toEqual([]);
    expect(code).toBe(0);
  });

  it("asks before it rents, and without anybody to ask sends nothing", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const { code, err } = await run([]).ended;
    expect(err).toContain("--yes");
    expect(emulator.requests()).toEqual([]);
    expect(code).toBe(2);
  });

  it("says which variables of the configuration are missing", async () => {
    const { code, err } = await quickstart(["--config", configuration, "--yes"]).ended;
    expect(err).toContain("GLOWS_TOKEN is not set");
    expect(code).toBe(2);
  });

  it("rents at the others when one key is wrong, and fails in the end", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const { code, out, err } = await run(["--yes"], { GLOWS_TOKEN: "not-the-token" }).ended;
    expect(out).toMatch(/│ taiwan +│ - +│ unauthenticated/);
    expect(out.match(/terminated, evidence/g)).toHaveLength(5);
    expect(err).toContain("taiwan: unauthenticated");
    expect(err).toContain("→ check the credential");
    expect(`${out}${err}`).not.toContain("not-the-token");
    expectAllGone(emulator, 5);
    expect(code).toBe(1);
  });

  it("terminates at the others when one has no capacity", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({ cloud: "glows", endpoint: "instance.create", fault: "flag", flag: "noCapacity" });
    const { code, out } = await run(["--yes"]).ended;
    expect(out).toMatch(/│ taiwan +│ - +│ no_capacity/);
    expectAllGone(emulator, 5);
    expect(code).toBe(1);
  });

  it("rents nothing above the highest price, nor where there is no price", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const { code, out, err } = await run(["--yes", "--max-price", "0.2"]).ended;
    expect(out).toMatch(/market +no_capacity: the cheapest match costs 0\.\d{4} USD\/h/);
    expect(err).toContain("lab: unsupported");
    expect(changes(emulator)).toEqual([]);
    expect(code).toBe(1);
  });

  it("rents only where it was told to", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const { code } = await run(["--yes", "--only", "reserved", "--max-price", "0.45"]).ended;
    expect(emulator.machines().map(({ cloud }) => cloud)).toEqual(["hpc-ai"]);
    expectAllGone(emulator, 1);
    expect(code).toBe(0);
  });

  it("terminates a machine whose create got no answer", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({
      cloud: "vast",
      endpoint: "instance.create",
      fault: "reset",
      work: "done",
      times: 1,
    });
    const { code } = await run(["--yes", "--only", "market"]).ended;
    expectAllGone(emulator, 1);
    expect(code).toBe(0);
  });

  it("terminates everything after Ctrl-C while a machine comes up", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "flag", flag: "stuck" });
    const running = run(["--yes"]);
    await running.said(/market +\d+ {2}provisioning/);
    await running.said(/reserved +\S+ {2}running/);
    await running.said(/east +\S+ {2}(pending|provisioning)/);
    running.interrupt();
    const { code, out, err } = await running.ended;
    expect(err).toContain("Interrupted");
    expect(out.match(/terminated, evidence/g)).toHaveLength(6);
    expectAllGone(emulator, 6);
    expect(code).toBe(130);
  });

  it("terminates what a create under way turns out to have rented after Ctrl-C", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({ cloud: "vast", endpoint: "instance.create", fault: "delay", ms: 700 });
    const running = run(["--yes", "--only", "market"]);
    await running.said(/market +launching/);
    await expect.poll(() => emulator.machines().length, { timeout: 5000 }).toBe(1);
    running.interrupt();
    const { code } = await running.ended;
    expectAllGone(emulator, 1);
    expect(code).toBe(130);
  });

  it("rents nothing after Ctrl-C while it looks for offers", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({ cloud: "glows", endpoint: "spec.list", fault: "hang" });
    const running = run(["--yes"]);
    await running.said(/market +1 × RTX 4090/);
    running.interrupt();
    const { code } = await running.ended;
    expect(changes(emulator)).toEqual([]);
    expect(code).toBe(130);
  });

  it("terminates everything when nobody reads its output any more", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const running = run(["--yes"]);
    await running.said(/lab +\S+ {2}running/);
    // A machine there needs a key first, so its create is the last to be sent.
    await running.said(/east +\S+ {2}(pending|provisioning)/);
    running.deafen();
    const { code } = await running.ended;
    expectAllGone(emulator, 6);
    expect(code).toBe(130);
  });

  it("says what is still open at a second Ctrl-C, and goes on", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    emulator.faults.add({
      ...{
        cloud: "vast",
        endpoint: "instance.destroy",
        fault: "flag",
        flag: "delayedDeleteMs",
        value: 60_000,
      },
    });
    const running = run(["--yes", "--only", "market"]);
    await running.said(/market +\d+ {2}terminating/);
    running.interrupt();
    await running.complained(/Interrupted/);
    running.interrupt();
    const { code, err } = await running.ended;
    const [machine] = emulator.machines();
    expect(err).toContain(`Still cleaning up. Open: \n  market (vast): ${machine?.id}`);
    expectAllGone(emulator, 1);
    expect(code).toBe(130);
  });

  it("names the machines that nothing proves gone", async () => {
    await using clouds = await openClouds();
    const { emulator, run } = clouds;
    const directory = await mkdtemp(join(tmpdir(), "gpuport-"));
    try {
      const impatient = join(directory, "gpuport.yaml");
      const text = await readFile(configuration, "utf8");
      await writeFile(impatient, text.replace("facts: {", "facts: { confirmTerminateMs: 300,"));
      emulator.faults.add({ cloud: "vast", endpoint: "instance.destroy", fault: "flag", flag: "lostDelete" });
      const { code, err } = await run(["--yes", "--only", "market,lab"], {}, impatient).ended;
      const rows = emulator.bill();
      expect(rows.map(({ cloud }) => cloud)).toEqual(["vast"]);
      expect(err).toContain("market: termination_unconfirmed");
      expect(err).toContain(`NOT PROVEN GONE, AND MAY BILL:\n  market (vast): ${rows[0]?.id}`);
      expect(code).toBe(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** Six clouds of a test's own, and quickstarts on them by the configuration. */
async function openClouds() {
  const { emulator, env } = await startEmbedded();
  return {
    emulator,
    run: (args: readonly string[], over: Readonly<Record<string, string>> = {}, file = configuration): Run =>
      quickstart(["--config", file, ...args], { ...env, ...over }),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function expectAllGone(emulator: Emulator, machines: number): void {
  expect(emulator.bill()).toEqual([]);
  expect(emulator.machines()).toHaveLength(machines);
  expect(emulator.machines().filter(({ terminatedAt }) => terminatedAt === undefined)).toEqual([]);
}

function cells(line = ""): readonly string[] {
  return line
    .split("│")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
