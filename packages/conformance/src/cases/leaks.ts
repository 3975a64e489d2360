import { inspect } from "node:util";
import type { ComputeProvider, LaunchRequest } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { credentialsIn, shows } from "../credentials.ts";
import * as faults from "../faults.ts";
import { notApplicable } from "../outcome.ts";

const { that } = topic("secrets");
const offline = topic("secrets", { tiers: ["offline"] });

/** What must not show: what the bench names, and what stood in the headers of requests. */
async function credentials({ provider, tap, secrets }: CaseContext): Promise<readonly string[]> {
  await collect(provider.list());
  return [...new Set([...secrets, ...tap.exchanges.flatMap(credentialsIn)])];
}

function hides(what: string, text: string, hidden: readonly string[]): void {
  for (const secret of hidden) {
    claim(!shows(text, secret), `${what} shows a secret (${secret.slice(0, 2)}…, ${secret.length} letters)`);
  }
}

/** All that a log could show of a value, its causes included. */
function everything(value: unknown): string {
  const json = value instanceof Error ? `${JSON.stringify(value)} ${value.stack}` : JSON.stringify(value);
  return `${inspect(value, { depth: 12, showHidden: true })} ${json} ${String(value)}`;
}

const launchSecrets: LaunchRequest = { env: { TOKEN: "env-secret-4f9a1c" } };

/** The verbs, each so that it reaches the cloud. */
const verbs: readonly (readonly [string, (context: CaseContext, id: string) => Promise<unknown>])[] = [
  ["launch", ({ provider, request }) => provider.launch({ ...request, ...launchSecrets })],
  ["describe", ({ provider }, id) => provider.describe(id)],
  ["list", ({ provider }) => collect(provider.list())],
  ["terminate", ({ provider }, id) => provider.terminate(id)],
  ["waitFor", ({ provider }, id) => provider.waitFor(id, "stopped", { timeoutMs: 10_000 })],
];

/** What tells about the account, and needs nothing to be asked. */
function told({ account, stats }: ComputeProvider): readonly (() => Promise<unknown>)[] {
  const all = [account?.balance, account?.quota, account?.whoami, account?.users, stats?.counts, stats?.host];
  return all.flatMap((operation) => (operation === undefined ? [] : [() => operation()]));
}

export const leaks: readonly Case[] = [
  ...verbs.flatMap(([verb, work]) =>
    [faults.refusal(500), faults.refusal(403), faults.reset()].map((fault) =>
      offline.that(
        `an error of ${verb} after ${fault.name} shows no secret, at any depth`,
        async (context) => {
          const hidden = [...(await credentials(context)), "env-secret-4f9a1c"];
          const { id } = await context.rentRunning();
          context.tap.inject({ fault, hits: () => true });
          const { error } = await settled(() => work(context, id));
          if (error === undefined) notApplicable(`${verb} got along without an answer`);
          hides(`the error of ${verb}`, everything(error), hidden);
        },
      ),
    ),
  ),
  that("what is sent into a machine holds no credential of the account", async (context) => {
    const hidden = await credentials(context);
    const isCreate = await context.isFor("create");
    const { exchanges } = await context.tap.during(() => context.rent());
    for (const { body } of exchanges.filter(isCreate)) hides("the create of a machine", body, hidden);
    const scripts = exchanges.filter(isCreate).flatMap(({ body }) => body.match(/[\w+/]{16,}={0,2}/g) ?? []);
    for (const script of scripts) {
      hides("a script in the create of a machine", Buffer.from(script, "base64").toString("utf8"), hidden);
    }
  }),
  that("what is told of the account shows no credential", async (context) => {
    const hidden = await credentials(context);
    for (const operation of told(context.provider)) {
      const { value } = await settled(operation);
      hides("what is told of the account", everything(value), hidden);
    }
  }),
  that("no verb prints anything", async (context) => {
    const printed: string[] = [];
    const streams = [process.stdout, process.stderr] as const;
    const writes = streams.map((stream) => stream.write);
    for (const stream of streams) {
      stream.write = (text: string | Uint8Array): boolean => {
        printed.push(String(text));
        return true;
      };
    }
    try {
      const { id } = await context.rentRunning();
      for (const [verb, work] of verbs) if (verb !== "launch") await settled(() => work(context, id));
      await settled(() => context.provider.describe(context.unknownId));
    } finally {
      for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? stream.write;
    }
    claim(printed.length === 0, `the provider prints: ${printed.join("").slice(0, 80)}`);
  }),
  that("the address of a port opens nothing by itself", async (context) => {
    const { value, error } = await settled(() => context.rentRunning({ ports: [{ port: 18_237 }] }));
    if (value === undefined) return notApplicable(`it publishes no ports: ${error?.message}`);
    for (const { url } of value.access.ports) {
      if (url === undefined) continue;
      const { search, hash, username, password } = new URL(url);
      const bare = [search, hash, username, password].every((part) => part === "");
      claim(
        bare,
        "the URL of a port holds more than an address: it may open the machine to whoever reads it",
      );
    }
  }),
];
