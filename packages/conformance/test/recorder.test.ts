import { expect, it } from "vitest";
import { createRecorder } from "../src/recorder.ts";

const url = "http://cloud.invalid/log";

/** A log that has one line, and goes on for ever. */
function endless(left: () => void): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: one line of top-secret\n\n")),
    cancel: left,
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

it("keeps of a stream without end what has come, and lets go of it", async () => {
  let hasLeft = false;
  const fetch = async () =>
    endless(() => {
      hasLeft = true;
    });
  const recorder = createRecorder();
  recorder.begin("a log");
  const response = await recorder.fetchFor({ fetch, secrets: ["top-secret"] })(new Request(url));
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const [kept] = recorder.recording("north").cases["a log"] ?? [];
  expect(kept?.responseBody).toMatch(/^data: one line of /);
  expect(kept?.responseBody).not.toContain("top-secret");
  expect(hasLeft).toBe(true);
});

it("keeps a stream that ends as it was", async () => {
  const fetch = async () =>
    new Response("data: 1\n\ndata: 2\n\n", { headers: { "content-type": "text/event-stream" } });
  const recorder = createRecorder();
  recorder.begin("a log");
  const response = await recorder.fetchFor({ fetch })(new Request(url));
  expect(await response.text()).toBe("data: 1\n\ndata: 2\n\n");
  expect(recorder.recording("north").cases["a log"]).toMatchObject([
    { responseBody: "data: 1\n\ndata: 2\n\n" },
  ]);
});
