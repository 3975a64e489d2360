import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createRecorder, recordConformance } from "../src/index.ts";
import { openNorthwind } from "./bench.ts";

const sentinels = {
  header: "sentinel-header-1",
  cookie: "sentinel-cookie-2",
  query: "sentinel-query-3",
  member: "sentinel-member-4",
  nested: "sentinel-nested-5",
  answer: "sentinel-answer-6",
  link: "sentinel-link-7",
  given: 'sentinel given/8 "quoted"',
  setCookie: "sentinel-set-cookie-9",
};

it("keeps no secret of a request or an answer, in any form", async () => {
  const body = {
    ...{ jupyter_token: sentinels.answer, password: sentinels.nested, status: "up" },
    url: `https://machine.example/?token=${sentinels.link}&x=1`,
    echoed: [`Bearer ${sentinels.header}`, sentinels.given, encodeURIComponent(sentinels.given)],
    packed: Buffer.from(sentinels.given).toString("base64"),
  };
  const server = createServer((_, response) => {
    response.setHeader("set-cookie", `session=${sentinels.setCookie}`);
    response.setHeader("x-auth-token", sentinels.setCookie);
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const recorder = createRecorder({ secrets: [sentinels.given] });
  recorder.begin("an example");
  const fetch = recorder.fetchFor({});
  const answer = await fetch(
    new Request(`http://127.0.0.1:${port}/login?api_key=${sentinels.query}&page=2`, {
      method: "POST",
      headers: { authorization: `Bearer ${sentinels.header}`, cookie: `AccessToken=${sentinels.cookie}` },
      body: JSON.stringify({
        user: "alice",
        password: sentinels.member,
        deep: { docker_login_pass: sentinels.nested },
      }),
    }),
  );
  expect(await answer.json()).toEqual(body); // the provider gets the real one

  const recording = recorder.recording("acme");
  const text = JSON.stringify(recording);
  for (const sentinel of Object.values(sentinels)) {
    for (const form of [sentinel, encodeURIComponent(sentinel), JSON.stringify(sentinel).slice(1, -1)]) {
      expect(text).not.toContain(form);
    }
    expect(text).not.toContain(Buffer.from(sentinel).toString("base64"));
  }
  const [exchange] = recording.cases["an example"] ?? [];
  expect(exchange).toMatchObject({ method: "POST", status: 200, path: expect.stringContaining("page=2") });
  expect(JSON.parse(exchange?.requestBody ?? "")).toMatchObject({ user: "alice", password: "[redacted]" });
  expect(JSON.parse(exchange?.responseBody ?? "")).toMatchObject({ status: "up" });
});

it("keeps no credential of a whole run", async () => {
  const { recording } = await recordConformance(openNorthwind, { only: /^(launch|list)$/ });
  expect(Object.keys(recording.cases).length).toBeGreaterThan(5);
  expect(JSON.stringify(recording)).not.toContain("northwind-key-0123");
});
