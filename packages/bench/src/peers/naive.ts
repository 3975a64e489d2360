import ky from "ky";
import pRetry from "p-retry";
import * as z from "zod";

// What a careful person writes without the library: ky with its defaults, zod over what is read, a map, p-retry around it.

const machineSchema = z.object({
  instanceID: z.string(),
  status: z.string().nullish(),
  priceCent: z.number().nullish(),
  hardware: z
    .object({
      gpuName: z.string().nullish(),
      gpuNum: z.number().nullish(),
      gpuRamMB: z.number().nullish(),
      cpuName: z.string().nullish(),
      cpuCoresNum: z.number().nullish(),
      ramMB: z.number().nullish(),
      diskGB: z.number().nullish(),
    })
    .nullish(),
  baseImage: z.object({ imageID: z.string().nullish() }).nullish(),
  sshCred: z.object({ user: z.string().nullish(), password: z.string().nullish() }).nullish(),
  accesses: z
    .array(
      z.object({
        protocol: z.string().nullish(),
        listenPort: z.number().nullish(),
        url: z.string().nullish(),
      }),
    )
    .nullish(),
  createTime: z.object({ seconds: z.number() }).nullish(),
  remark: z.string().nullish(),
  regionName: z.string().nullish(),
});
const answerSchema = z.object({ code: z.literal(0), instance: machineSchema });

const pageSchema = z.object({
  code: z.literal(0),
  instances: z.array(machineSchema),
  pagination: z.object({ total: z.number(), numPages: z.number() }),
});

function toMachine(machine: z.output<typeof machineSchema>) {
  const { hardware, sshCred, accesses } = machine;
  return {
    id: machine.instanceID,
    name: machine.remark ?? undefined,
    status: machine.status === "Running" ? "running" : "unknown",
    gpu: { model: hardware?.gpuName, count: hardware?.gpuNum, memoryMiB: hardware?.gpuRamMB },
    ...{ vcpus: hardware?.cpuCoresNum, memoryMiB: hardware?.ramMB, cpuModel: hardware?.cpuName },
    perHourMicros: (machine.priceCent ?? 0) * 10_000,
    ...{ region: machine.regionName, image: machine.baseImage?.imageID },
    access: accesses?.map(({ protocol, url }) => ({ protocol, url, user: sshCred?.user })),
    createdAt: machine.createTime ? new Date(machine.createTime.seconds * 1000) : undefined,
  };
}

const headers = { authorization: "Bearer token" };

export async function describeNaively(url: string) {
  const body = await pRetry(() => ky.get(url, { headers }).json());
  return toMachine(answerSchema.parse(body).instance);
}

/** One page after another. */
export async function listNaively(url: (page: number) => string) {
  const machines: ReturnType<typeof toMachine>[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const body = await pRetry(() => ky.get(url(page), { headers }).json());
    const { instances, pagination } = pageSchema.parse(body);
    machines.push(...instances.map(toMachine));
    pages = pagination.numPages;
  }
  return machines;
}
