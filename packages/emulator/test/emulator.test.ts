import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../src/index.ts";

describe("startEmulator", () => {
  it("serves the clouds with nothing on the bill", async () => {
    await using emulator = await startEmulator({ clock: "manual" });
    expect(Object.keys(emulator.urls)).toEqual(["vast", "glows", "pody", "hpc-ai", "lambda", "runpod"]);
    expect(emulator.urls["hpc-ai"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
    expect(new Set(Object.values(emulator.urls)).size).toBe(6);
    expect(emulator.credentials).toMatchObject({
      vast: { apiKey: expect.any(String) },
      glows: { token: expect.any(String) },
      pody: { username: expect.any(String), password: expect.any(String) },
      "hpc-ai": { username: expect.any(String), password: expect.any(String), apiKey: expect.any(String) },
      lambda: { apiKey: expect.any(String) },
      runpod: { apiKey: expect.any(String) },
    });
    expect([emulator.bill(), emulator.machines(), emulator.requests()]).toEqual([[], [], []]);
    for (const url of Object.values(emulator.urls)) {
      const response = await fetch(`${new URL(url).origin}/_emulator/bill`);
      expect(await response.json()).toEqual({ bill: [] });
    }
    expect((await fetch(`${emulator.urls.pody}/version`)).status).toBe(200);
    expect(emulator.requests()).toMatchObject([
      { cloud: "pody", method: "GET", path: "/version", status: 200 },
    ]);
  });

  it("closes one cloud's port and leaves the others", async () => {
    await using emulator = await startEmulator();
    emulator.faults.add({ cloud: "glows", fault: "refuse" });
    await expect(fetch(emulator.urls.glows)).rejects.toThrow();
    expect((await fetch(`${emulator.urls.pody}/version`)).status).toBe(200);
    const cleared = await fetch(`${emulator.urls.pody}/_emulator/faults`, { method: "DELETE" });
    expect(cleared.status).toBe(200);
    expect((await fetch(emulator.urls.glows)).status).toBe(404);
  });
});

describe("the command", () => {
  async function start(...flags: string[]) {
    const command = [
      "--conditions=@gpuport/source",
      new URL("../src/cli.ts", import.meta.url).pathname,
      ...flags,
    ];
    const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
    const exited = once(child, "exit");
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith("{") || line.startsWith("# control")) break;
    }
    return { child, exited, lines };
  }

  it("prints where the clouds are and how to get in, serves them, and stops when told to", async () => {
    const { child, exited, lines } = await start("--json", "--speed", "20", "--seed", "3");
    const { urls, environment } = JSON.parse(lines[0] ?? "") as {
      urls: Record<string, string>;
      environment: Record<string, string>;
    };
    expect(environment).toMatchObject({ PODY_API_BASE: urls["pody"], VAST_API_KEY: expect.any(String) });
    expect((await fetch(`${urls["vast"] ?? ""}/_emulator/bill`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  it("prints lines for a shell", async () => {
    const { child, exited, lines } = await start("--clock", "manual");
    expect(lines.filter((line) => line.startsWith("export "))).toHaveLength(10);
    child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
  });

  it("explains itself, and what it does not understand", async () => {
    const help = await start("--help");
    expect(help.lines[0]).toMatch(/^gpuport-emulator:/);
    expect(await help.exited).toEqual([0, null]);
    for (const flags of [["--clock", "lunar"], ["--speed", "fast"], ["--ports", "mars=1"], ["--unknown"]]) {
      const { exited } = await start(...flags);
      expect(await exited).toEqual([1, null]);
    }
  });
});
