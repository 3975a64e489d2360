import type { PodyMachine } from "../settings.ts";
import type { Program } from "./shell.ts";

const driver = "550.54.14";

/** What the machine says about itself inside a pod. Without graphics cards there are no tools for them either. */
export function machinePrograms(
  machine: PodyMachine,
  { gpus, hostname }: { readonly gpus: readonly number[]; readonly hostname: string },
): Readonly<Record<string, Program>> {
  const says =
    (text: string): Program =>
    (_words, { streams }) => {
      streams.output(`${text}\n`);
      return 0;
    };
  return {
    nproc: says(String(machine.cpus)),
    hostname: says(hostname),
    uname: says("Linux"),
    df: (words, { streams }) => {
      const block = words.some((word) => word === "-m" || word === "-BM") ? 2 ** 20 : 1024;
      const total = Math.floor((2 * 2 ** 40) / block);
      const used = Math.floor(total / 4);
      streams.output("Filesystem     1K-blocks      Used Available Use% Mounted on\n");
      streams.output(`overlay ${total} ${used} ${total - used} 25% /\n`);
      return 0;
    },
    ...(gpus.length === 0 ? {} : { "nvidia-smi": nvidiaSmi(machine, gpus) }),
  };
}

/** Cards are counted from 0 inside a pod, whichever of the machine's they are. */
function nvidiaSmi(machine: PodyMachine, gpus: readonly number[]): Program {
  return (words, { streams }) => {
    const cards = gpus.flatMap((index) => machine.gpus[index] ?? []);
    if (words.includes("-L")) {
      for (const [index, { name, uuid }] of cards.entries())
        streams.output(`GPU ${index}: ${name} (UUID: ${uuid})\n`);
      return 0;
    }
    const query = words.find((word) => word.startsWith("--query-gpu="))?.slice("--query-gpu=".length);
    if (query === undefined) {
      streams.output(`NVIDIA-SMI ${driver}    Driver Version: ${driver}    CUDA Version: 12.4\n`);
      return 0;
    }
    const format = words.find((word) => word.startsWith("--format=")) ?? "";
    const unit = format.includes("nounits") ? "" : " MiB";
    const fields = query.split(",").map((field) => field.trim());
    if (!format.includes("noheader")) streams.output(`${fields.join(", ")}\n`);
    for (const [index, { name, uuid, memoryMiB }] of cards.entries()) {
      const values: Readonly<Record<string, string>> = {
        index: String(index),
        name,
        uuid,
        gpu_name: name,
        gpu_uuid: uuid,
        count: String(cards.length),
        driver_version: driver,
        "memory.total": `${memoryMiB}${unit}`,
        "memory.used": `0${unit}`,
        "memory.free": `${memoryMiB}${unit}`,
      };
      const unknown = fields.find((field) => values[field] === undefined);
      if (unknown !== undefined) {
        streams.output(`Field "${unknown}" is not a valid field to query.\n`);
        return 2;
      }
      streams.output(`${fields.map((field) => values[field]).join(", ")}\n`);
    }
    return 0;
  };
}

/** The files of the machine that pods can see; a pod's own limit does not show in them. */
export function machineFile(machine: PodyMachine, path: string): string | undefined {
  if (path === "/proc/meminfo") {
    const kib = (amount: number) => `${String(amount).padStart(8)} kB`;
    const { memoryKiB } = machine;
    return `MemTotal:       ${kib(memoryKiB)}\nMemFree:        ${kib(memoryKiB - 8_000_000)}\nMemAvailable:   ${kib(memoryKiB - 4_000_000)}\n`;
  }
  if (path === "/proc/cpuinfo") {
    return Array.from(
      { length: machine.cpus },
      (_, index) => `processor\t: ${index}\nmodel name\t: AMD EPYC 7543\n\n`,
    ).join("");
  }
  if (path === "/etc/os-release") return 'NAME="Ubuntu"\nVERSION_ID="22.04"\n';
  return undefined;
}
