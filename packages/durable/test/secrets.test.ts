import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reap, recover, whatBills } from "@gpuport/core";
import { type Fault, startEmulator } from "@gpuport/emulator";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { sqliteJournal } from "@gpuport/journal-sqlite";
import { emulatedClock } from "@gpuport/testkit";
import { vast } from "@gpuport/vast";
import { describe, expect, it } from "vitest";
import { runProgram } from "./support/children.ts";
import { type CloudName, cloudNames, endpoints } from "./support/clouds.ts";
import { type Answers, eavesdrop, type Overheard, tappedWire } from "./support/eavesdrop.ts";
import { everyCall } from "./support/everything.ts";
import { adapters, openSecretly } from "./support/open-secretly.ts";
import { documented, secretRequests, sentinelAccounts, sentinels, sentinelsIn } from "./support/sentinels.ts";

const patience = 60_000;

/** What a cloud answers instead of doing what it is asked. */
const refusals: readonly NonNullable<Answers["echo"]>[] = [
  ...[200, 302, 400, 401, 403, 404, 409, 429, 500].map((status) => ({ status, as: "json" }) as const),
  { status: 400, as: "text" },
  { status: 200, as: "html" },
];

/** Those that every call meets, and not only the create. */
const whole = new Set(refusals.filter(({ status, as }) => as === "text" || [200, 400, 500].includes(status)));

const faults: readonly Pick<Fault, "fault">[] = [
  { fault: "reset" },
  { fault: "malformed" },
  { fault: "truncate" },
  { fault: "rate_limit" },
];

/** Everything a provider can do, on good days and bad ones, and everything that is said meanwhile. */
async function confide(cloud: CloudName, overheard: Overheard, given: Set<string>, path: string) {
  await using emulator = await startEmulator({ ...sentinelAccounts, clock: "manual" });
  await using journal = sqliteJournal({ path });
  const wire = tappedWire(given);
  const timeoutMs = 80;
  const hasty = Object.keys(adapters[cloud].tables.endpoints).map((name) => [name, { timeoutMs }]);
  const means = {
    ...{ journal, clock: emulatedClock(emulator), fetch: wire.fetch },
    facts: { lateCommitMs: 1_000, visibilityLagMs: 500 },
    endpoints: Object.fromEntries(hasty) as Readonly<Record<string, { timeoutMs: number }>>,
  };
  async function heard(what: string, call: () => Promise<unknown> | undefined): Promise<unknown> {
    try {
      const result = await call();
      overheard.hear(`${cloud} ${what}`, result);
      return result;
    } catch (error) {
      overheard.hear(`${cloud} ${what} fails`, error);
      return undefined;
    }
  }

  let launches = 0;
  for (const withKey of cloud === "hpc-ai" ? [false, true] : [false]) {
    const provider = openSecretly(cloud, emulator, means, withKey);
    overheard.hear(`${cloud} provider`, provider);
    const launch = (what: string): Promise<unknown> => {
      launches += 1;
      return heard(`launch ${what}`, () =>
        provider.launch({ ...secretRequests[cloud], key: `launch ${launches}` }),
      );
    };
    const instance = await provider.launch({ ...secretRequests[cloud], key: "the first" });
    overheard.hear(`${cloud} instance`, instance);
    const calls = everyCall(provider, instance.id);
    const badDay = async (what: string): Promise<void> => {
      await launch(what);
      for (const [name, call] of calls) await heard(`${name} ${what}`, call);
    };
    for (const echo of refusals) {
      wire.answers.echo = echo;
      wire.answers.only = endpoints[cloud].create.sent;
      await launch(`with its create answered ${echo.status} ${echo.as}`);
      wire.answers.only = undefined;
      if (whole.has(echo)) await badDay(`answered ${echo.status} ${echo.as}`);
    }
    wire.answers.echo = undefined;
    for (const fault of faults) {
      emulator.faults.add({ cloud, ...fault } as Fault);
      await badDay(`with ${fault.fault}`);
      await emulator.faults.clear();
    }
    emulator.faults.add({ cloud, fault: "hang" });
    await launch("with hang");
    await heard("describe with hang", () => provider.describe(instance.id));
    await emulator.faults.clear();
    for (const [name, call] of calls) await heard(name, call);
    await heard("recover", () => recover([provider]));
    await heard("reap", () => reap([provider], journal));
    await heard("whatBills", () => whatBills([provider]));
    if (provider.account?.changePassword !== undefined) {
      await heard("account.changePassword", () =>
        provider.account?.changePassword?.(sentinels.podyNextPassword),
      );
    }
  }
  for await (const record of journal.list()) overheard.hear(`${cloud} record`, record);
  overheard.hear(`${cloud} request log`, emulator.requests());
  return { places: [...wire.places].sort(), launches };
}

/** What a provider of each cloud is opened with. */
const credentials: Readonly<Record<CloudName, readonly string[]>> = {
  vast: [sentinels.vastKey],
  glows: [sentinels.glowsToken],
  pody: [sentinels.podyPassword],
  "hpc-ai": [sentinels.hpcAiPassword],
};

describe("secrets", () => {
  it.each(cloudNames)(
    "of %s go where they are documented to go, and nowhere else",
    async (cloud) => {
      const folder = await mkdtemp(join(tmpdir(), "gpuport-secrets-"));
      const given = new Set<string>();
      using overheard = eavesdrop(given);
      try {
        const { places } = await confide(cloud, overheard, given, join(folder, "launches.sqlite"));
        expect(overheard.count()).toBeGreaterThan(5_000);
        expect(overheard.leaks()).toEqual([]);
        expect(places).toEqual(documented[cloud]);
        for (const file of await readdir(folder)) {
          expect(sentinelsIn(await readFile(join(folder, file), "latin1"), given)).toEqual([]);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    patience,
  );

  it.each(cloudNames)(
    "of %s are not in what a program prints, or dies of",
    async (cloud) => {
      await using emulator = await startEmulator(sentinelAccounts);
      emulator.faults.add({ cloud, fault: "answer", status: 400, body: credentials[cloud].join(" or ") });
      const { stdout, stderr, code } = await runProgram(new URL("support/outspoken.ts", import.meta.url), {
        cloud,
        emulator: { urls: emulator.urls, credentials: {} },
      });
      expect(code).toBe(1);
      expect(stderr).toContain("ComputeError");
      expect(sentinelsIn(stdout + stderr)).toEqual([]);
    },
    patience,
  );

  // A key that was pasted over two lines cannot be a header, and whoever says so quotes it.
  it.each(cloudNames.filter((cloud) => cloud !== "pody"))(
    "of %s are not in the refusal of a key that has two lines",
    async (cloud) => {
      const broken = `${sentinels.vastKey}\nsecond line`;
      const open = {
        vast: () => vast({ apiKey: broken, facts: { requestTimeoutMs: 500 } }),
        glows: () => glows({ token: broken }),
        "hpc-ai": () => hpcAi({ apiKey: broken }),
      };
      using overheard = eavesdrop(new Set());
      await (async () => open[cloud]().describe("1"))().catch((error: unknown) =>
        overheard.hear(cloud, error),
      );
      expect(overheard.count()).toBeGreaterThan(0);
      expect(overheard.leaks()).toEqual([]);
    },
    patience,
  );
});
