import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloudNames } from "./support/clouds.ts";
import {
  type Killed,
  killAtEachStep,
  killOneAfterTheOther,
  type ScenarioName,
  scenarioNames,
} from "./support/scenarios.ts";
import { sentinelsIn } from "./support/sentinels.ts";
import { journalOn, startPostgres, type TestPostgres, tablesOf } from "./support/server.ts";

/** Some eighty worlds per cloud; slow computers need patience. */
const patience = 300_000;

const worldKey = "the launch";

/** What was wrong, and where it was killed. */
function wrongs(killed: readonly Killed[] = [], least = 8): readonly Killed[] {
  expect(killed.length).toBeGreaterThanOrEqual(least);
  return killed.filter(({ wrong }) => wrong.length > 0);
}

describe.each(cloudNames)("killed with -9 at every step on %s, the journal in SQLite", (cloud) => {
  let killed: ReadonlyMap<ScenarioName, readonly Killed[]>;
  beforeAll(async () => {
    killed = await killAtEachStep(cloud);
  }, patience);

  it.each(scenarioNames)("%s", (name) => {
    expect(wrongs(killed.get(name))).toEqual([]);
  });
});

describe("killed with -9 one after the other, each a step further than the one before", () => {
  it.each(["launch", "recover"] as const)(
    "%s",
    async (what) => {
      expect(wrongs(await killOneAfterTheOther(what), 20)).toEqual([]);
    },
    patience,
  );
});

describe("killed with -9 at every statement on vast, the journal in PostgreSQL", () => {
  let server: TestPostgres;
  let killed: ReadonlyMap<ScenarioName, readonly Killed[]>;
  beforeAll(async () => {
    server = await startPostgres();
    // A budget makes the write of an intent a transaction of several statements.
    const budgets = [{ currency: "USD", maxPerHourMicros: 50_000_000 }];
    const world = () => ({ journal: journalOn(server), budgets });
    killed = await killAtEachStep("vast", { world, width: 200 });
  }, patience);
  afterAll(() => server.close(), patience);

  it.each(scenarioNames)("%s", (name) => {
    expect(wrongs(killed.get(name), 15)).toEqual([]);
  });

  it("and no secret is in any of its tables", async () => {
    const found = await tablesOf(server);
    expect(found).toContain(worldKey);
    expect(sentinelsIn(found, [server.password, "emulator-vast-api-key"])).toEqual([]);
  });
});
