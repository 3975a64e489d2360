import { formOfToken, isComputeError, type LaunchRequest } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { jsonIn } from "../exchange.ts";
import { notApplicable, unverified } from "../outcome.ts";
import { eachRow } from "../rows.ts";

const { that, having } = topic("what was asked for", { tiers: ["offline"] });

const sshKey = (letter: string): string => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} probe`;
const giB = 1024;

/** Requests that differ in one thing, and must not be the same at the cloud. */
const pairs: readonly (readonly [string, LaunchRequest, LaunchRequest])[] = [
  ["the protocol of a port", { ports: [{ port: 18_237 }] }, { ports: [{ port: 18_237, protocol: "udp" }] }],
  ["the number of ports", { ports: [{ port: 18_237 }] }, { ports: [{ port: 18_237 }, { port: 18_238 }] }],
  ["the number of ssh keys", { sshPublicKeys: [sshKey("A")] }, { sshPublicKeys: [sshKey("A"), sshKey("B")] }],
  ["the lines of a variable", { env: { PROBE: "one" } }, { env: { PROBE: "one\ntwo" } }],
  ["the spaces of a variable", { env: { PROBE: "one" } }, { env: { PROBE: " one " } }],
  ["the number of variables", { env: { PROBE: "one" } }, { env: { PROBE: "one", OTHER: "one" } }],
  ["the lines of a start script", { startup: "echo one" }, { startup: "echo one\necho two" }],
];

/** The create requests of a launch, without what is new in every launch. */
async function created(context: CaseContext, more: LaunchRequest): Promise<string> {
  const { rent, provider, tap, isFor } = context;
  const isCreate = await isFor("create");
  const { result, exchanges } = await tap.during(() => settled(() => rent(more)));
  const { error, value } = result;
  if (isComputeError(error, "unsupported", "invalid_argument")) {
    notApplicable(`it refuses \`${error.field ?? Object.keys(more).join(", ")}\` by name`);
  }
  if (error !== undefined) throw error;
  if (value !== undefined) await provider.terminate(value.id);
  return exchanges
    .filter(isCreate)
    .map(({ url, body }) => withoutToken(`${decodeURIComponent(url.search)} ${body}`))
    .join(" ");
}

function withoutToken(text: string): string {
  const words = text.match(/[\w-]+/g) ?? [];
  const tokens = words.flatMap((word) => formOfToken(word) ?? []);
  return tokens.reduce((rest, token) => rest.replaceAll(token, ""), text);
}

/** Asks for something; a cloud that cannot have it says so by name. */
async function asked(context: CaseContext, more: LaunchRequest) {
  const { error, value } = await settled(() => context.rentRunning(more));
  const field = Object.keys(more)[0] ?? "";
  if (isComputeError(error, "unsupported", "invalid_argument") && error.field?.startsWith(field)) {
    notApplicable(`it refuses \`${field}\` by name`);
  }
  if (error !== undefined) throw error;
  return value;
}

export const fidelity: readonly Case[] = [
  ...pairs.map(([what, one, other]) =>
    that(`${what} makes a difference at the cloud`, async (context) => {
      const first = await created(context, one);
      const second = await created(context, other);
      claim(first !== second, `two launches that differ in ${what} send the same create`);
    }),
  ),
  that("the image makes a difference at the cloud", async (context) => {
    const { provider, request } = context;
    if (provider.images === undefined || request.image === undefined) {
      notApplicable("its images cannot be listed");
    }
    const [other] = (await collect(provider.images.list())).filter(({ id }) => id !== request.image);
    if (other === undefined) unverified("there is no second image");
    const first = await created(context, {});
    const second = await created(context, { image: other.id });
    claim(first !== second, "two launches with two images send the same create");
  }),
  that("a variable goes out as it is, where the cloud takes it by name", async (context) => {
    const value = `a "quoted" 'text' with \\ and $HOME, and\ttwo\nlines`;
    const { tap, isFor } = context;
    const isCreate = await isFor("create");
    const { exchanges } = await tap.during(() => created(context, { env: { PROBE_VALUE: value } }));
    const sent: unknown[] = [];
    for (const { body } of exchanges.filter(isCreate)) {
      eachRow(jsonIn(body), (row) => {
        if ("PROBE_VALUE" in row) sent.push(row["PROBE_VALUE"]);
      });
    }
    if (sent.length === 0) notApplicable("its cloud takes variables in another form than by name");
    for (const text of sent) same(text, value, "the variable, as it was sent");
  }),
  that("a machine has the disk that was asked for, or more", async (context) => {
    const minDiskMiB = 40 * giB + 1;
    const machine = await asked(context, { minDiskMiB });
    const { diskMiB } = machine.hardware;
    if (diskMiB === undefined) notApplicable("its machines do not say how large their disk is");
    claim(diskMiB >= minDiskMiB, `${minDiskMiB} MiB of disk were asked for, and ${diskMiB} came`);
    claim(diskMiB < 64 * minDiskMiB, `${minDiskMiB} MiB of disk were asked for, and ${diskMiB} came`);
  }),
  that("a machine bears the name that was asked for, letter by letter", async (context) => {
    const name = "probe-name";
    const machine = await asked(context, { name });
    if (machine.name === undefined) notApplicable("its machines have no names");
    same(machine.name, name, "the name of the machine");
  }),
  having("offers", "a machine is in the region that was asked for", async (offers, context) => {
    const { gpu, image } = context.request;
    const found = await collect(offers.search({ gpu, image }));
    const regions = new Set(found.flatMap(({ available, region }) => (available && region) || []));
    if (regions.size < 2) unverified("its offers are all in one region");
    for (const region of regions) {
      const machine = await asked(context, { region });
      same((machine.region ?? region).toLowerCase(), region.toLowerCase(), "the region of the machine");
    }
  }),
  having(
    "snapshots",
    "a machine that is to start from a snapshot starts from it",
    async (snapshots, context) => {
      const { rentRunning, rent, tap, isFor, samples, pass } = context;
      const { id } = await rentRunning();
      const spec = {
        name: "probe",
        ...(samples.snapshotOptions && { providerOptions: samples.snapshotOptions }),
      };
      const { value: made, error } = await settled(() => snapshots.create(id, spec));
      const [snapshot] = made ?? [];
      if (snapshot === undefined)
        unverified(`no snapshot could be made: ${error?.message ?? "none came back"}`);
      await pass(60_000);
      const isCreate = await isFor("create");
      const more = { image: undefined, snapshot: snapshot.id };
      const { result, exchanges } = await tap.during(() => settled(() => rent(more)));
      if (isComputeError(result.error, "unsupported")) notApplicable("it starts no machine from a snapshot");
      const isSent = exchanges.some(isCreate);
      if (!isSent)
        unverified(`the snapshot could not be launched: ${result.error?.message ?? "nothing was sent"}`);
      const sent = exchanges
        .filter(isCreate)
        .map(({ url, body }) => `${decodeURIComponent(url.search)} ${body}`);
      claim(sent.join(" ").includes(snapshot.id), `the create does not name the snapshot ${snapshot.id}`);
    },
  ),
  having("bids", "a bid is for the whole machine", async (bids, context) => {
    const { request, provider, rentRunning, pass } = context;
    const offer = await spotOffer(context);
    const { gpu: _, ...rest } = request;
    const most = Math.round(offer.perHourMicros * 1.5);
    const pricing = { kind: "spot", maxPerHourMicros: most } as const;
    const machine = await rentRunning({ ...rest, gpu: undefined, offerId: offer.id, pricing });
    within("a machine that was bid for", machine.price?.perHourMicros, most);
    const more = Math.round(offer.perHourMicros * 2);
    await bids.change(machine.id, more);
    await pass(provider.facts.visibilityLagMs);
    const { price } = await provider.describe(machine.id);
    within("a machine whose bid was changed", price?.perHourMicros, more);
  }),
  having("volumes", "a volume has the size that was asked for", async (volumes, { samples }) => {
    if (samples.volume === undefined) unverified("the bench has no sample of a volume");
    const { volume } = samples;
    const { sizeMiB } = volume;
    const { value, error } = await settled(() => volumes.create({ name: "probe", ...volume }));
    if (value === undefined) unverified(`no volume could be made: ${error?.message}`);
    await volumes.remove(value.id);
    if (value.sizeMiB === undefined) notApplicable("its volumes do not say how large they are");
    const fits = value.sizeMiB >= sizeMiB && value.sizeMiB < 4 * sizeMiB;
    claim(fits, `a volume of ${sizeMiB} MiB was asked for, and it says ${value.sizeMiB}`);
  }),
];

async function spotOffer({ provider, request }: CaseContext) {
  const { gpu, image } = request;
  const search = () => collect(provider.offers?.search({ gpu, image, pricing: { kind: "spot" } }) ?? none());
  const { value = [] } = await settled(search);
  const fit = value.find(({ available, price }) => available && price !== undefined);
  if (fit?.price === undefined) return unverified("it has no offer that can be bid for");
  return { id: fit.id, perHourMicros: fit.price.perHourMicros };
}

async function* none(): AsyncGenerator<never, void, undefined> {}

/** What is paid is the bid, or somewhat less. */
function within(what: string, price: number | undefined, bid: number): void {
  if (price === undefined) return;
  claim(
    price <= bid * 1.02,
    `${what} costs ${price} micros per hour, and ${bid} was bid for the whole of it`,
  );
  claim(price >= bid / 4, `${what} costs ${price} micros per hour, and ${bid} was bid: is the unit right?`);
}
