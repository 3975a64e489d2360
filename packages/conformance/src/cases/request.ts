import { isComputeError, type LaunchRequest } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, refused, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { notApplicable } from "../outcome.ts";

const { that } = topic("launch request");

/** What no cloud can be asked for. The second word is where the refusal must point. */
const wrong: readonly (readonly [string, string, object])[] = [
  ["an unknown field", "colour", { colour: "red" }],
  [
    "an unknown field of the GPU wish",
    "gpu.colour",
    { offerId: undefined, gpu: { model: "H100", colour: 1 } },
  ],
  ["a GPU count of zero", "gpu.count", { offerId: undefined, gpu: { model: "H100", count: 0 } }],
  ["half a GPU", "gpu.count", { offerId: undefined, gpu: { model: "H100", count: 0.5 } }],
  ["a GPU without a model", "gpu.model", { offerId: undefined, gpu: { model: " " } }],
  ["both an offer and a GPU wish", "gpu", { offerId: "1", gpu: { model: "H100" } }],
  ["both an image and a snapshot", "snapshot", { image: "a", snapshot: "b" }],
  ["an empty image", "image", { snapshot: undefined, image: " " }],
  ["a disk of no size", "minDiskMiB", { minDiskMiB: 0 }],
  ["a disk of a fraction of a MiB", "minDiskMiB", { minDiskMiB: 1024.5 }],
  ["a variable whose name is none", "env", { env: { "NOT A NAME": "1" } }],
  ["a variable that is no text", "env", { env: { NUMBER: 1 } }],
  ["a variable with a NUL in it", "env", { env: { NUL: "a\0b" } }],
  ["a start script with a NUL in it", "startup", { startup: "echo \0" }],
  ["a port of number 0", "ports", { ports: [{ port: 0 }] }],
  ["a port beyond 65 535", "ports", { ports: [{ port: 65_536 }] }],
  ["a port of a protocol that nobody knows", "ports", { ports: [{ port: 80, protocol: "carrier-pigeon" }] }],
  ["an ssh key of two lines", "sshPublicKeys", { sshPublicKeys: ["ssh-ed25519 AAAA\nssh-ed25519 BBBB"] }],
  ["a private ssh key", "sshPublicKeys", { sshPublicKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }],
  ["a pricing that nobody knows", "pricing", { pricing: { kind: "free" } }],
  ["a reservation of no days", "pricing", { pricing: { kind: "reserved", unit: "day", count: 0 } }],
  ["a negative price limit", "maxPerHourMicros", { maxPerHourMicros: -1 }],
  ["a fraction of a micro-unit", "maxPerHourMicros", { maxPerHourMicros: 0.5 }],
  ["an empty key", "key", { key: "" }],
  ["a blank name", "name", { name: " " }],
  ["a lease of no time", "lease", { lease: { ttlMs: 0, onExpiry: "terminate" } }],
  ["a lease that ends in nothing known", "lease", { lease: { ttlMs: 60_000, onExpiry: "explode" } }],
  ["an option that the cloud has not", "providerOptions", {}],
];

function refuses([what, field, more]: (typeof wrong)[number]): Case {
  return that(`${what} is refused before anything is sent, by name`, async (context) => {
    const { provider, request, machines, tap } = context;
    const before = await machines();
    const ownOptions = { providerOptions: { [provider.adapter]: { neverHeardOf: 1 } } };
    const asked: LaunchRequest = { ...request, ...(field === "providerOptions" ? ownOptions : more) };
    const { result, exchanges } = await tap.during(() =>
      refused(`a launch with ${what}`, () => provider.launch(asked), "invalid_argument", "unsupported"),
    );
    // A cloud that has no such field at all may say so before it looks at the value.
    const named = result.field?.startsWith(field.split(".")[0] ?? field) ?? false;
    claim(named, `a launch with ${what} names "${result.field}" as the field, not "${field}"`);
    same(result.effect, "none", "the effect of a launch that was never sent");
    claim(!result.retryable, `a launch with ${what} is called retryable`);
    same(exchanges.length, 0, `requests of a launch with ${what}`);
    same(await machines(), before, `machines after a launch with ${what}`);
  });
}

const mark = "gpuportprobe7d1f";
const sshKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${mark} probe`;

/** Fields whose value can be told in the create request. */
const telling: readonly (readonly [keyof LaunchRequest, LaunchRequest, string])[] = [
  ["name", { name: mark }, mark],
  ["labels", { labels: { team: mark } }, mark],
  ["env", { env: { PROBE: mark } }, mark],
  ["startup", { startup: `echo ${mark}` }, mark],
  ["command", { command: `echo ${mark}` }, mark],
  ["ports", { ports: [{ port: 18_237 }] }, "18237"],
  ["sshPublicKeys", { sshPublicKeys: [sshKey] }, mark],
];

function reaches([field, more, trace]: (typeof telling)[number]): Case {
  const name = `\`${field}\` reaches the cloud or is refused by name, and is never dropped`;
  return topic("launch request", { tiers: ["offline"] }).that(name, async (context) => {
    const sent = await sentBody(context, field, more, trace);
    claim(
      sent.some((text) => text.includes(trace)),
      `a launch dropped \`${field}\`: it is nowhere in the create request, nor in one that the create names`,
    );
  });
}

/**
 * What the create of a launch held, in every form in which a text may stand there; and what was put into the account
 * beforehand, such as an ssh key, if the create says its name or id.
 */
async function sentBody(
  { rent, tap, isFor, machines }: CaseContext,
  field: keyof LaunchRequest,
  more: LaunchRequest,
  trace: string,
): Promise<readonly string[]> {
  const isCreate = await isFor("create");
  const before = await machines();
  const { result, exchanges } = await tap.during(() => settled(() => rent(more)));
  const { error } = result;
  if (isComputeError(error, "unsupported", "invalid_argument") && error.field?.startsWith(field)) {
    same(exchanges.filter(isCreate).length, 0, `creates of a launch whose ${field} was refused`);
    same(await machines(), before, `machines after a launch whose ${field} was refused`);
    notApplicable(`it refuses \`${field}\` by name`);
  }
  if (error !== undefined) throw error;
  const creates = exchanges.filter(isCreate).map(({ url, body }) => decodeURIComponent(url.search) + body);
  const prepared = exchanges
    .filter((exchange) => !isCreate(exchange) && exchange.body.includes(trace))
    .filter(({ body, answer }) => wordsIn(body, answer?.text).some((word) => named(creates, word)))
    .map(({ body }) => body);
  return [...creates.flatMap((whole) => [whole, ...encoded(whole)]), ...prepared];
}

const named = (creates: readonly string[], word: string): boolean =>
  creates.some((create) => create.includes(JSON.stringify(word)));

/** Texts of some length that stand in JSON as values. */
function wordsIn(...texts: readonly (string | undefined)[]): string[] {
  return texts.flatMap((text) =>
    [...(text ?? "").matchAll(/:\s*"([\w-]{4,})"/g)].map(([, word = ""]) => word),
  );
}

/** Clouds take scripts in base64. */
function encoded(text: string): string[] {
  const words = text.match(/[\w+/]{16,}={0,2}/g) ?? [];
  return words.map((word) => Buffer.from(word, "base64").toString("utf8"));
}

export const requests: readonly Case[] = [
  ...wrong.map(refuses),
  ...telling.map(reaches),
  that("options for other clouds may stand beside a request", async ({ rent, machines }) => {
    const before = await machines();
    await rent({ providerOptions: { "some-other-cloud": { anything: 1 } } });
    same(await machines(), before + 1, "machines after the launch");
  }),
  that("a launch asks for what is needed, and gets nothing less", async ({ request, rentRunning }) => {
    const { gpu, minDiskMiB, region } = request;
    const { hardware, ...machine } = await rentRunning();
    if (gpu !== undefined && hardware.gpu !== undefined) {
      same(hardware.gpu.count, gpu.count ?? 1, "the number of GPUs");
      claim(
        (hardware.gpu.memoryMiB ?? Infinity) >= (gpu.minMemoryMiB ?? 0),
        "the GPUs have less memory than asked for",
      );
    }
    claim((hardware.diskMiB ?? Infinity) >= (minDiskMiB ?? 0), "the disk is smaller than asked for");
    if (region !== undefined) same(machine.region ?? region, region, "the region");
  }),
];
