import { inspect } from "node:util";
import {
  type OperationTrace,
  operationChannel,
  type RequestTrace,
  requestChannel,
  Secret,
} from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { credentialsIn, shows } from "../credentials.ts";
import type { Fault } from "../faults.ts";

const { that } = topic("secrets");
const offline = topic("secrets", { tiers: ["offline"] });

/** What must not show: what the bench names, and what stood in the headers of requests. */
async function credentials({ provider, tap, secrets }: CaseContext): Promise<readonly string[]> {
  await collect(provider.list());
  return [...new Set([...secrets, ...tap.exchanges.flatMap(credentialsIn)])];
}

function hides(what: string, value: unknown, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const text = typeof value === "string" ? value : everyFace(value);
    claim(!shows(text, secret), `${what} shows a secret (${secret.slice(0, 2)}…, ${secret.length} letters)`);
  }
}

/** All the ways in which a value ends up in a log. */
function everyFace(value: unknown): string {
  const stack = value instanceof Error ? `${value.stack} ${everyFace(value.cause ?? "")}` : "";
  return [inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value), String(value), stack].join(
    "\n",
  );
}

/** A server that says back everything that it was sent. */
function echo(status: number): Fault {
  return {
    name: `an echo with ${status}`,
    async run({ exchange }) {
      const { headers, body, url } = exchange;
      const said = `${url.href} ${[...headers].map((pair) => pair.join(": ")).join(" ")} ${body}`;
      const text = JSON.stringify({
        ...{ error: said, message: said, msg: said, detail: said, code: said },
        ...{ success: false, error_code: said },
      });
      return new Response(text, { status, headers: { "content-type": "application/json" } });
    },
  };
}

const launchSecrets = { env: { TOKEN: "env-secret-4f9a1c" }, startup: "echo startup-secret-77d2" };
const hiddenOfLaunch = ["env-secret-4f9a1c", "startup-secret-77d2"];

export const secrets: readonly Case[] = [
  that("a provider shows no credential", async (context) => {
    hides("the provider", context.provider, await credentials(context));
  }),
  that("a provider's facts hold no credential", async (context) => {
    hides("facts", context.provider.facts, await credentials(context));
  }),
  that("an instance shows no credential and no password", async (context) => {
    const hidden = await credentials(context);
    const { id } = await context.rentRunning();
    const instance = await context.provider.describe(id);
    const passwords = instance.access.ssh.flatMap(({ password }) => password?.reveal() ?? []);
    hides("an instance", instance, [...hidden, ...passwords]);
  }),
  that("a password of a machine is kept as a secret", async ({ rentRunning }) => {
    const { access } = await rentRunning();
    for (const { password } of access.ssh) {
      claim(password === undefined || password instanceof Secret, "an ssh password is a plain text");
    }
  }),
  that("no credential stands in a URL", async (context) => {
    const hidden = await credentials(context);
    await context.rentRunning();
    for (const { url } of context.tap.exchanges)
      hides("the URL of a request", decodeURIComponent(url.href), hidden);
  }),
  that("credentials go to the cloud's own host alone", async (context) => {
    const hidden = await credentials(context);
    const home = context.tap.exchanges[0]?.url.host;
    await context.rentRunning();
    for (const { url, headers, body } of context.tap.exchanges) {
      if (url.host !== home) hides(`a request to ${url.host}`, `${[...headers].join(" ")} ${body}`, hidden);
    }
  }),
  ...[400, 401, 403, 404, 429, 500, 200].flatMap((status) => [
    offline.that(
      `an error of a cloud that echoes its request with ${status} shows no credential`,
      async (context) => {
        const hidden = await credentials(context);
        await context.inject("read", echo(status));
        const { error } = await settled(() => collect(context.provider.list({}, { timeoutMs: 5000 })));
        hides("the error of a list", error, hidden);
      },
    ),
    offline.that(
      `a launch that is echoed with ${status} shows nothing of what it carried`,
      async (context) => {
        const { provider, request, inject } = context;
        const hidden = [...(await credentials(context)), ...hiddenOfLaunch];
        await inject("create", echo(status), { times: 1 });
        const asked = { ...request, ...launchSecrets };
        const { value, error } = await settled(() => provider.launch(asked, { timeoutMs: 600_000 }));
        if (value !== undefined) context.owns(value.id);
        hides("what a launch gave or threw", value ?? error, hidden);
      },
    ),
  ]),
  that("traces show no secret", async (context) => {
    const hidden = [...(await credentials(context)), ...hiddenOfLaunch];
    const traces: string[] = [];
    const note = (message: OperationTrace | RequestTrace): void => void traces.push(everyFace(message));
    const listeners = { start: note, end: note, asyncStart: note, asyncEnd: note, error: note };
    operationChannel.subscribe(listeners);
    requestChannel.subscribe(listeners);
    try {
      await settled(() => context.rent(launchSecrets));
    } finally {
      operationChannel.unsubscribe(listeners);
      requestChannel.unsubscribe(listeners);
    }
    hides("a trace", traces.join("\n"), hidden);
  }),
  that("nothing is printed", async ({ provider, rentRunning }) => {
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
      const { id } = await rentRunning();
      await collect(provider.list());
      await provider.terminate(id);
    } finally {
      for (const [index, stream] of streams.entries()) stream.write = writes[index] ?? stream.write;
    }
    claim(printed.length === 0, `the provider prints: ${printed.join("").slice(0, 200)}`);
  }),
];
