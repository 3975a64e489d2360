import { expect, it } from "vitest";
import { type Bench, recordConformance, runConformance } from "../src/index.ts";
import { openNorthwind } from "./bench.ts";

const lease = { ttlMs: 3_600_000, onExpiry: "terminate" } as const;
const twice = [
  "launch answers with the id of a machine that exists",
  "two launches without a key are two machines",
  "a terminated machine is not listed",
];

it.each([
  ["spendingLimitMicros", { lease }],
  ["spendingLimitMicros", { lease, spendingLimitMicros: 0 }],
  ["lease", { spendingLimitMicros: 1_000_000 }],
])("refuses a live run that has no limit (%s)", async (field, options) => {
  let opened = 0;
  const open = async () => {
    opened += 1;
    return openNorthwind();
  };
  await expect(runConformance(open, { tier: "live", ...options })).rejects.toMatchObject({
    ...{ code: "invalid_argument", field },
  });
  expect(opened).toBe(0);
});

it("stops a live run at its limit, and ends what it rented", async () => {
  const bench = await openNorthwind();
  let most = 0;
  const watched: Bench = { ...bench, make: (means) => watch(bench.make(means)) };
  function watch(provider: ReturnType<Bench["make"]>) {
    const launch: typeof provider.launch = async (request, options) => {
      expect(request).toMatchObject({ lease, maxPerHourMicros: expect.any(Number) });
      const instance = await provider.launch(request, options);
      most += instance.price?.perHourMicros ?? 0;
      return instance;
    };
    return { ...provider, launch };
  }
  // A machine costs 0.40 an hour, and each counts for its whole lease: three fit.
  const { results } = await runConformance(watched, {
    ...{ tier: "live", lease, spendingLimitMicros: 1_300_000, only: twice },
  });
  expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
    ...["pass", "pass", expect.stringMatching(/limit/)],
  ]);
  expect(most).toBeLessThanOrEqual(1_300_000);
  expect(await bench.machines?.()).toBe(0);
  await bench.close?.();
});

it("breaks nothing on purpose outside the tier offline", async () => {
  const name = "after a 502 after the work, a launch gives its machine or tells the truth about it";
  const limits = { lease, spendingLimitMicros: 10_000_000 };
  const { results } = await runConformance(openNorthwind, { tier: "live", ...limits, only: [name] });
  expect(results).toMatchObject([{ outcome: "unverified", reason: expect.stringContaining("offline") }]);
});

it("replays what was recorded, without the cloud", async () => {
  const only = ["a launched machine comes to run", "list shows a launched machine, once"];
  const { report, recording } = await recordConformance(openNorthwind, { only });
  expect(report.counts).toMatchObject({ pass: 2 });
  const kept: typeof recording = JSON.parse(JSON.stringify(recording));

  const bench = await openNorthwind();
  await bench.close?.(); // nobody listens any more
  const replayed = await runConformance(
    { ...bench, close: undefined },
    { tier: "recorded", recording: kept, only },
  );
  expect(replayed.results).toMatchObject([{ outcome: "pass" }, { outcome: "pass" }]);

  const spoiled = JSON.parse(JSON.stringify(recording).replaceAll('\\"up\\"', '\\"melted\\"'));
  const failing = await runConformance(
    { ...bench, close: undefined },
    { tier: "recorded", recording: spoiled, only },
  );
  expect(failing.results.map(({ outcome }) => outcome)).toContain("fail");
  const missing = await runConformance(bench, { tier: "recorded", recording: { ...kept, cases: {} }, only });
  expect(missing.results.map(({ outcome }) => outcome)).toEqual(["unverified", "unverified"]);
});

it("refuses the tier recorded without a recording", async () => {
  await expect(runConformance(openNorthwind, { tier: "recorded" })).rejects.toMatchObject({
    field: "recording",
  });
});
