import type { Gpu } from "@gpuport/core";
import type { Machine } from "../adapter/wire.ts";
import { type Make, type Mutant, withDriver, withMaps } from "../mutant.ts";

const topics = ["units, prices and times", "what was asked for", "offers"];

export const unitMutants: readonly Mutant[] = [
  {
    name: "gpu-memory-decimal",
    defect: "GiB of GPU memory are multiplied by 1000.",
    topics,
    make: ofMachines(({ gpu_ram_gb }) => (gpu_ram_gb ?? 0) * 1000),
  },
  {
    name: "gpu-memory-in-gib",
    defect: "GPU memory is left in GiB.",
    topics,
    make: ofMachines(({ gpu_ram_gb }) => gpu_ram_gb ?? 1),
  },
  {
    name: "gpu-memory-in-bytes",
    defect: "GPU memory is given in bytes.",
    topics,
    make: ofMachines(({ gpu_ram_gb }) => (gpu_ram_gb ?? 0) * 2 ** 30),
  },
  {
    name: "gpu-memory-total",
    defect: "The memory of all GPUs is taken for that of one.",
    topics,
    make: ofMachines(({ gpu_ram_gb, gpu_count }) => (gpu_ram_gb ?? 0) * 1024 * (gpu_count ?? 1)),
  },
  {
    name: "gpu-memory-shared-out",
    defect: "The memory of one GPU is divided by the number of GPUs.",
    topics,
    make: ofMachines(({ gpu_ram_gb, gpu_count }) => ((gpu_ram_gb ?? 0) * 1024) / (gpu_count ?? 1)),
  },
  {
    name: "memory-in-gib",
    defect: "The machine's memory is given in GiB.",
    topics,
    make: withMaps(({ toHardware }) => ({
      toHardware: (row) => ({ ...toHardware(row), memoryMiB: Math.round((row.ram_mb ?? 0) / 1024) }),
    })),
  },
  {
    name: "memory-in-kib",
    defect: "The machine's memory is given in KiB.",
    topics,
    make: withMaps(({ toHardware }) => ({
      toHardware: (row) => ({ ...toHardware(row), memoryMiB: (row.ram_mb ?? 0) * 1024 }),
    })),
  },
  {
    name: "disk-in-gib",
    defect: "The disk is given in GiB, and asked for in MiB.",
    topics,
    make: withMaps(() => ({ toDiskMiB: (gb) => gb ?? undefined })),
  },
  {
    name: "disk-asked-in-mib",
    defect: "The disk that is asked for goes out in MiB where the cloud counts GiB.",
    topics: ["what was asked for"],
    make: withMaps(() => ({ toDiskGb: (minDiskMiB) => minDiskMiB ?? 20 })),
  },
  {
    name: "disk-rounded-down",
    defect: "The disk is rounded down to whole GiB, so the machine has less than was asked for.",
    topics: ["what was asked for"],
    make: withMaps(() => ({
      toDiskGb: (minDiskMiB) => (minDiskMiB === undefined ? 20 : Math.max(1, Math.floor(minDiskMiB / 1024))),
    })),
  },
  {
    name: "gpu-count-one",
    defect: "Every machine is said to have one GPU.",
    topics: ["launch request"],
    make: gpuOfMachines((gpu) => ({ ...gpu, count: 1 })),
  },
  {
    name: "gpu-id-own-spelling",
    defect: "The GPU's id is the cloud's spelling and not the one id that all spellings have.",
    topics,
    make: withMaps(({ toHardware }) => ({
      toHardware(row) {
        const hardware = toHardware(row);
        return { ...hardware, gpu: hardware.gpu && { ...hardware.gpu, id: row.gpu_name ?? undefined } };
      },
    })),
  },
  {
    name: "unsaid-is-zero",
    defect: "What the cloud does not say of a machine becomes 0.",
    topics,
    make: withMaps(({ toInstance }) => ({
      toInstance(machine, tables, maps) {
        const instance = toInstance(machine, tables, maps);
        const hardware = {
          ...instance.hardware,
          cpuModel: "",
          memoryMiB: machine.ram_mb ?? 0,
          vcpus: machine.vcpus ?? 0,
        };
        return { ...instance, hardware, region: machine.region ?? "" };
      },
    })),
  },
  {
    name: "volume-size-in-gib",
    defect: "A volume's size is given in GiB.",
    topics: ["what was asked for"],
    make: withDriver(({ volumes }) => ({
      volumes: {
        ...volumes,
        async create(spec, call) {
          const volume = await volumes.create(spec, call);
          return { ...volume, sizeMiB: (volume.sizeMiB ?? 0) / 1024 };
        },
        async list(query, call) {
          const page = await volumes.list(query, call);
          return {
            ...page,
            items: page.items.map((row) => ({ ...row, sizeMiB: (row.sizeMiB ?? 0) / 1024 })),
          };
        },
      },
    })),
  },
];

/** The memory of a machine's GPU is another; offers tell the right one, so that the machine can be launched. */
function ofMachines(memoryMiB: (machine: Machine) => number): Make {
  return gpuOfMachines((gpu, machine) => ({ ...gpu, memoryMiB: Math.round(memoryMiB(machine)) }));
}

function gpuOfMachines(change: (gpu: Gpu, machine: Machine) => Gpu): Make {
  return withMaps(({ toInstance }) => ({
    toInstance(machine, tables, maps) {
      const instance = toInstance(machine, tables, maps);
      const { gpu } = instance.hardware;
      return { ...instance, hardware: { ...instance.hardware, gpu: gpu && change(gpu, machine) } };
    },
  }));
}
