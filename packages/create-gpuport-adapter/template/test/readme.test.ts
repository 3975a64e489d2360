import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { credentials, startServer } from "./server.ts";

const packageName = "gpuport-my-cloud";
const baseUrl = "https://api.my-cloud.example/v1";
const speed = 100;

it("runs the README's snippet, which leaves nothing that bills", async () => {
  // Time runs faster, so that the snippet waits as it would at the cloud.
  const { fetch: realFetch, setTimeout: realTimeout } = globalThis;
  const started = Date.now();
  const realNow = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => started + (realNow() - started) * speed);
  vi.stubGlobal("setTimeout", (work: () => void, ms = 0, ...rest: []) =>
    realTimeout(work, ms / speed, ...rest),
  );
  onTestFinished(() => void vi.restoreAllMocks().unstubAllGlobals().unstubAllEnvs());

  const server = await startServer(() => Date.now());
  onTestFinished(server.close);
  vi.stubGlobal("fetch", (input: Request, init?: RequestInit) => {
    const url = input.url.replace(baseUrl, server.url);
    return realFetch(new Request(url, input), init);
  });
  vi.stubEnv("MY_CLOUD_API_KEY", credentials.apiKey);

  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const snippet = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1] ?? "";
  const file = new URL("./.readme.ts", import.meta.url);
  onTestFinished(() => rm(file, { force: true }));
  await writeFile(file, snippet.replace(packageName, "../src/index.ts"));
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(file.href);
  expect(log).toHaveBeenCalled();
  expect(server.billing()).toBe(0);
});
