import { type Instance, identifyGpu } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, settled, validInstance } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { changed } from "../faults.ts";
import { notApplicable } from "../outcome.ts";
import { isRow } from "../rows.ts";

const { that, having } = topic("units, prices and times");
const offline = topic("units, prices and times", { tiers: ["offline"] });

const hour = 3_600_000;
/** No GPU costs so much per hour, and no money with a code of its own is worth so little. */
const dearestGpu = 25e6;
const dearestElsewhere = 1000e6;
const tiB = 2 ** 20;
/** How many members of an answer are left out, one at a time. */
const mostMembers = 80;

/** Looks at a machine from its launch until it runs. */
async function life({ provider, rent, pass }: CaseContext): Promise<readonly Instance[]> {
  const looks = [await rent()];
  const { id } = looks[0] ?? {};
  for (let look = 0; look < 60 && looks.at(-1)?.status !== "running"; look += 1) {
    await pass(1_000);
    looks.push(await provider.describe(id ?? ""));
  }
  return looks;
}

type Path = readonly (string | number)[];

/** The way to every plain value in a JSON. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((member, index) => leaves(member, [...path, index]));
  if (isRow(value)) return Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]));
  return value === null ? [] : [path];
}

function withNullAt(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return null;
  if (Array.isArray(value))
    return value.map((member, at) => (at === step ? withNullAt(member, rest) : member));
  if (!isRow(value)) return value;
  return { ...value, [step]: withNullAt(value[String(step)], rest) };
}

/** What is told now and was told otherwise: 0, nothing in words, or another moment. */
function madeUp(before: Instance, after: Instance): string | undefined {
  const numbers = (instance: Instance) =>
    new Map(
      leaves({ hardware: instance.hardware, price: instance.price, access: instance.access }).map((path) => [
        path.join("."),
        path.reduce<unknown>((value, step) => Object(value)[step], instance),
      ]),
    );
  const told = numbers(before);
  for (const [path, value] of numbers(after)) {
    const empty = value === 0 || value === "" || Number.isNaN(value);
    if (empty && told.get(path) !== value) return `${path} becomes ${JSON.stringify(value)}`;
  }
  const { createdAt, expiresAt } = after;
  if (createdAt !== undefined && createdAt.getTime() !== before.createdAt?.getTime()) {
    return `createdAt becomes ${String(createdAt)}`;
  }
  if (expiresAt !== undefined && expiresAt.getTime() !== before.expiresAt?.getTime()) {
    return `expiresAt becomes ${String(expiresAt)}`;
  }
  return undefined;
}

export const numbers: readonly Case[] = [
  that("what launch, describe, waitFor and list give is valid", async ({ provider, rent }) => {
    const launched = await rent();
    validInstance(launched);
    validInstance(await provider.waitFor(launched.id, "running"));
    validInstance(await provider.describe(launched.id));
    for await (const listed of provider.list()) validInstance(listed);
  }),
  that("describe tells what is so now", async ({ provider, rent }) => {
    const { id } = await rent();
    await provider.describe(id);
    await provider.waitFor(id, "running");
    const { status } = await provider.describe(id);
    claim(status === "running", `a machine that runs is described as ${status}, as it was before`);
  }),
  offline.that("the moment of a look moves on, the moment of the launch does not", async (context) => {
    const from = context.clock.now();
    const looks = await life(context);
    let created: number | undefined;
    let observed = 0;
    for (const { createdAt, observedAt, status } of looks) {
      claim(observedAt.getTime() >= observed, "a later look is said to have been made earlier");
      observed = observedAt.getTime();
      if (createdAt === undefined) continue;
      const at = createdAt.getTime();
      const near = at > from - hour / 4 && at < context.clock.now() + hour / 4;
      claim(near, `a machine that is ${status} was created ${at - from} ms from its launch`);
      claim(created === undefined || created === at, "createdAt is another at every look: it is made up");
      created = at;
    }
    const { id } = looks[0] ?? {};
    await context.pass(5_000);
    const { createdAt, observedAt } = await context.provider.describe(id ?? "");
    claim(observedAt.getTime() >= observed + 5_000, "a later look is said to have been made earlier");
    const still = created === undefined || createdAt === undefined || createdAt.getTime() === created;
    claim(still, "createdAt is another at every look: it is made up");
  }),
  that("a GPU has the memory that its name says", async ({ provider, rentRunning }) => {
    const { gpu } = (await rentRunning()).hardware;
    const { memoryGB } = identifyGpu(gpu?.providerModel ?? "", { cloud: provider.adapter });
    if (gpu?.memoryMiB === undefined || memoryGB === undefined) {
      notApplicable("its GPUs do not say how much memory they have, or their names do not");
    }
    const ratio = gpu.memoryMiB / (memoryGB * 1024);
    // Drivers report a little less.
    const fits = ratio > 0.85 && ratio < 1.1;
    claim(fits, `a ${gpu.providerModel} has ${memoryGB} GiB, and memoryMiB is ${gpu.memoryMiB}`);
  }),
  that("a GPU has the id that its name has everywhere", async ({ provider, rentRunning }) => {
    const { gpu } = (await rentRunning()).hardware;
    if (gpu === undefined) notApplicable("its machines do not say what GPU they have");
    const { providerModel, memoryMiB } = gpu;
    const { id } = identifyGpu(providerModel, { memoryMiB, cloud: provider.adapter });
    claim(
      gpu.id === undefined || gpu.id === id,
      `${providerModel} has the id "${gpu.id}", elsewhere "${id}"`,
    );
  }),
  that("GPU memory is not counted in thousands", async ({ provider, rentRunning }) => {
    const { gpu } = (await rentRunning()).hardware;
    if (gpu?.memoryMiB === undefined)
      notApplicable("its machines do not say how much memory their GPUs have");
    const { memoryGB } = identifyGpu(gpu.providerModel, {
      memoryMiB: gpu.memoryMiB,
      cloud: provider.adapter,
    });
    const decimal = memoryGB !== undefined && gpu.memoryMiB === memoryGB * 1000;
    claim(!decimal, `${gpu.memoryMiB} is ${memoryGB} times 1000: a GiB is 1024 MiB`);
  }),
  that("a machine has no more memory than machines have", async ({ rentRunning }) => {
    const { memoryMiB = 0, diskMiB = 0 } = (await rentRunning()).hardware;
    claim(memoryMiB <= 16 * tiB, `memoryMiB is ${memoryMiB}, ${memoryMiB / tiB} TiB: is the unit right?`);
    claim(diskMiB <= 1024 * tiB, `diskMiB is ${diskMiB}, ${diskMiB / tiB} TiB: is the unit right?`);
  }),
  that("a GPU does not cost more per hour than any GPU does", async ({ rentRunning }) => {
    const { price, hardware } = await rentRunning();
    if (price === undefined) notApplicable("its machines have no price");
    const each = price.perHourMicros / (hardware.gpu?.count ?? 1);
    const most = ["USD", "EUR", "GBP"].includes(price.currency) ? dearestGpu : dearestElsewhere;
    claim(each <= most, `a GPU costs ${each / 1e6} ${price.currency} per hour: cents for dollars?`);
  }),
  offline.having("account.balance", "what a machine costs goes off the balance", async (account, context) => {
    const { rentRunning, provider, pass } = context;
    const { id, price } = await rentRunning();
    if (price === undefined) notApplicable("its machines have no price");
    const before = await account.balance();
    if (before.currency !== price.currency) notApplicable("its prices and its balance are in two currencies");
    await pass(10 * hour);
    const { status } = await provider.describe(id);
    const spent = before.availableMicros - (await account.balance()).availableMicros;
    if (spent === 0 || status !== "running") notApplicable("its balance does not fall as machines run");
    const ratio = spent / (10 * price.perHourMicros);
    const fits = ratio > 0.8 && ratio < 1.25;
    claim(
      fits,
      `a machine of ${price.perHourMicros} micros per hour took ${spent} off the balance in ten hours`,
    );
  }),
  offline.that("what the cloud leaves out of an answer is not made up", async (context) => {
    const { provider, rentRunning, inject, tap, isFor } = context;
    const { id } = await rentRunning();
    const isRead = await isFor("read");
    const { result: before, exchanges } = await tap.during(() => provider.describe(id));
    const answer = exchanges.findLast(isRead)?.answer;
    if (answer === undefined) notApplicable("it reads a machine without a request");
    for (const path of leaves(JSON.parse(answer.text)).slice(0, mostMembers)) {
      await inject(
        "read",
        changed(`an answer without ${path.join(".")}`, (body) => withNullAt(body, path)),
      );
      const { value, error } = await settled(() => provider.describe(id, { timeoutMs: 5_000 }));
      tap.clear();
      if (error !== undefined) computeError(`describe of a machine without ${path.join(".")}`, error);
      else {
        const defect = madeUp(before, value);
        claim(defect === undefined, `when the cloud does not tell ${path.join(".")}, ${defect}`);
      }
    }
  }),
  offline.that("a machine with a word that nobody knows is not said to cost nothing", async (context) => {
    const { provider, rentRunning, inject, isFor, tap } = context;
    if (provider.facts.bills.provisioning === "none") notApplicable("its machines cost nothing");
    const running = await rentRunning();
    const isRead = await isFor("read");
    const { exchanges } = await tap.during(() => provider.describe(running.id));
    const text = exchanges.findLast(isRead)?.answer?.text ?? "";
    const words = running.providerStatus.split(/[/\s,]+/).filter((word) => !["", "null"].includes(word));
    claim(
      words.length > 0 && words.every((word) => text.toLowerCase().includes(word.toLowerCase())),
      `providerStatus is "${running.providerStatus}", which is not what the cloud said`,
    );
    const strange = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(strange);
      if (isRow(value))
        return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, strange(member)]));
      return typeof value === "string" && words.includes(value) ? "quantum_flux" : value;
    };
    await inject("read", changed("an unknown status word", strange));
    const { billing, status } = await provider.describe(running.id);
    if (status !== "unknown") notApplicable("its status is not told by its words alone");
    claim(billing !== "none", "a machine in a state that nobody knows is said to cost nothing");
  }),
  having("offers", "offers have the units of machines", async (offers, { request }) => {
    for (const { hardware, price, id } of await collect(
      offers.search({ gpu: request.gpu, image: request.image }),
    )) {
      const { gpu, memoryMiB = 0 } = hardware;
      claim(memoryMiB <= 16 * tiB, `offer ${id} has ${memoryMiB} MiB of memory: is the unit right?`);
      const usual = ["USD", "EUR", "GBP"].includes(price?.currency ?? "");
      const each = (price?.perHourMicros ?? 0) / (gpu?.count ?? 1);
      claim(
        each <= (usual ? dearestGpu : dearestElsewhere),
        `a GPU of offer ${id} costs ${each} micros per hour`,
      );
    }
  }),
];
