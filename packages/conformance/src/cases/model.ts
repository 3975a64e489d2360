import type { Instance, Price } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, same, validInstance } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { notApplicable } from "../outcome.ts";

const { that, having } = topic("units, prices and times");
const year = 365 * 86_400_000;
const kiB = 1024;

/** Not so small that it were GiB, not so large that it were bytes. */
function plausible(what: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined) return;
  claim(Number.isInteger(value), `${what} is ${value}, no whole number`);
  claim(
    value >= least && value <= most,
    `${what} is ${value}: is the unit right? expected ${least} to ${most}`,
  );
}

export function plausibleHardware({ hardware }: Pick<Instance, "hardware">): void {
  const { gpu, memoryMiB, diskMiB, vcpus } = hardware;
  plausible("gpu.memoryMiB", gpu?.memoryMiB, kiB, 1024 * kiB);
  plausible("gpu.count", gpu?.count, 1, 1024);
  plausible("memoryMiB", memoryMiB, 256, 64 * 1024 * kiB);
  plausible("diskMiB", diskMiB, 256, 4096 * 1024 * kiB);
  claim(vcpus === undefined || (vcpus > 0 && vcpus <= 4096), `vcpus is ${vcpus}`);
  if (gpu === undefined) return;
  claim(gpu.model.trim() !== "" && gpu.providerModel.trim() !== "", "a GPU has no name");
}

/** A machine with a GPU costs more than a thousandth and less than ten thousand of any money per hour. */
export function plausiblePrice(what: string, price: Price | undefined): void {
  if (price === undefined) return;
  const { perHourMicros, stoppedPerHourMicros, parts = [], currency } = price;
  plausible(`${what}: perHourMicros`, perHourMicros, 0, 1e10);
  claim(
    perHourMicros === 0 || perHourMicros >= 1000,
    `${what} costs ${perHourMicros} micros: is the unit right?`,
  );
  claim(/^([A-Z]{3}|CREDIT:[a-z0-9-]+)$/.test(currency), `${what} is in "${currency}", which is no currency`);
  plausible(`${what}: stoppedPerHourMicros`, stoppedPerHourMicros, 0, perHourMicros);
  const sum = parts.reduce((total, part) => total + part.perHourMicros, 0);
  // Rounded each by itself.
  claim(
    sum <= perHourMicros + parts.length,
    `the parts of ${what} add up to ${sum}, the whole is ${perHourMicros}`,
  );
}

async function bothWays({ provider, rentRunning }: CaseContext): Promise<readonly [Instance, Instance]> {
  const { id } = await rentRunning();
  const described = await provider.describe(id);
  const listed = (await collect(provider.list())).find((instance) => instance.id === id);
  claim(listed !== undefined, "the machine is not listed");
  return [described, listed];
}

/** Members that do not change between two looks. */
const lasting = ["id", "provider", "name", "hardware", "region", "image", "labels", "createdAt"] as const;

export const model: readonly Case[] = [
  that("an instance is valid in every state that it passes", async ({ provider, rent }) => {
    const { id } = await rent();
    const onProgress = validInstance;
    validInstance(await provider.waitFor(id, "running", { onProgress }));
  }),
  ...lasting.map((member) =>
    that(`describe and list agree on \`${member}\``, async (context) => {
      const [described, listed] = await bothWays(context);
      same(listed[member], described[member], `${member}, in the list`);
    }),
  ),
  that("describe and list agree on the price", async (context) => {
    const [described, listed] = await bothWays(context);
    same(listed.price?.perHourMicros, described.price?.perHourMicros, "perHourMicros, in the list");
  }),
  that("hardware is in MiB and whole numbers", async ({ rentRunning }) => {
    plausibleHardware(await rentRunning());
  }),
  that("memory is of one GPU, not of all", async ({ rentRunning }) => {
    const { hardware } = await rentRunning();
    const { gpu } = hardware;
    if (gpu?.memoryMiB === undefined)
      notApplicable("its machines do not say how much memory their GPUs have");
    plausible("memory of one GPU", gpu.memoryMiB, kiB, 400 * kiB);
  }),
  that("a price is for the whole machine per hour, in micro-units", async ({ rentRunning }) => {
    const { price } = await rentRunning();
    if (price === undefined) notApplicable("its machines have no price");
    plausiblePrice("the machine", price);
  }),
  that("a machine costs what was asked for, by kind", async ({ request, rentRunning }) => {
    const { price } = await rentRunning();
    if (price === undefined) notApplicable("its machines have no price");
    same(price.kind, request.pricing?.kind ?? "on_demand", "the kind of the price");
  }),
  that("a machine is created when it was launched, in any time zone", async ({ clock, rentRunning }) => {
    const launchedAt = clock.now();
    const { createdAt } = await rentRunning();
    if (createdAt === undefined) notApplicable("it does not say when a machine was created");
    const off = createdAt.getTime() - launchedAt;
    const defect = `createdAt is ${off} ms from the launch: is it another unit, or another time zone?`;
    // Less than the smallest distance of two time zones.
    claim(off > -15 * 60_000 && createdAt.getTime() <= clock.now() + 15 * 60_000, defect);
  }),
  that("an instance was observed now", async ({ clock, provider, rentRunning }) => {
    const { id } = await rentRunning();
    const from = clock.now();
    const { observedAt } = await provider.describe(id);
    const inTime = observedAt.getTime() >= from && observedAt.getTime() <= clock.now();
    claim(inTime, `observedAt is ${observedAt.toISOString()}, at ${new Date(from).toISOString()}`);
  }),
  that("an instance that ends by itself says when, in the future", async ({ clock, rentRunning }) => {
    const { expiresAt } = await rentRunning();
    if (expiresAt === undefined) notApplicable("its machines do not end by themselves");
    const left = expiresAt.getTime() - clock.now();
    claim(left > 0 && left < 10 * year, `expiresAt is ${expiresAt.toISOString()}, ${left} ms from now`);
  }),
  that("what the cloud did not say is left out, not made up", async ({ rentRunning }) => {
    const { hardware, createdAt, name, region, image } = await rentRunning();
    for (const [what, value] of Object.entries({ ...hardware, ...hardware.gpu, name, region, image })) {
      claim(
        value !== 0 && value !== "" && value !== null,
        `${what} is ${JSON.stringify(value)}: say undefined instead`,
      );
    }
    claim(createdAt === undefined || createdAt.getTime() > Date.UTC(2020, 0), "createdAt is before 2020");
  }),
  that("a running machine bills, or nobody knows", async ({ provider, rentRunning }) => {
    const { billing } = await rentRunning();
    const { provisioning, stopped } = provider.facts.bills;
    if (provisioning === "none" && stopped === "none") notApplicable("its machines cost nothing");
    claim(billing === "compute" || billing === "unknown", `a running machine is said to bill ${billing}`);
  }),
  that("ways to reach a machine are addresses", async ({ rentRunning }) => {
    const { access } = await rentRunning();
    for (const { host, port, user } of access.ssh) {
      claim(/^[\w.:-]+$/.test(host) && user !== "", `${user}@${host}:${port} is no ssh address`);
    }
    for (const { url } of access.ports)
      claim(url === undefined || !url.includes("?"), "the URL of a port has a query");
  }),
  that("an instance keeps what it says through JSON", async ({ rentRunning }) => {
    const instance = await rentRunning();
    const copy: unknown = JSON.parse(JSON.stringify(instance));
    claim(typeof copy === "object" && copy !== null && "id" in copy, "an instance is lost in JSON");
    same(copy.id, instance.id, "the id of an instance that went through JSON");
  }),
  having("offers", "a machine costs what its offer said", async (offers, { request, rentRunning }) => {
    const { gpu, ...rest } = request;
    const found = await collect(offers.search({ gpu, image: rest.image, minDiskMiB: rest.minDiskMiB }));
    const offer = found.find(({ available, price }) => available && price !== undefined);
    if (offer?.price === undefined) notApplicable("its offers have no price");
    const { price, quotedPerHourMicros } = await rentRunning({ ...rest, gpu: undefined, offerId: offer.id });
    if (price === undefined) notApplicable("its machines have no price");
    const quoted = quotedPerHourMicros ?? price.perHourMicros;
    const ratio = quoted / offer.price.perHourMicros;
    claim(
      ratio > 0.5 && ratio < 2,
      `an offer of ${offer.price.perHourMicros} became a machine of ${quoted} micros per hour`,
    );
  }),
];
