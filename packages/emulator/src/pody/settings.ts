import type { ExecResult } from "./exec.ts";

export interface PodyQuota {
  readonly max_pods: number;
  readonly gpu_count: number;
  /** "all", "", "none" or indexes such as "0,1". */
  readonly gpus: string;
  /** These four are bytes; -1 is no limit. */
  readonly memory_limit: number;
  readonly storage_size: number;
  readonly shm_size: number;
  readonly tmpfs_size: number;
  readonly commit_count: number;
  readonly commit_size_limit: number;
}

export interface PodyUser {
  readonly name: string;
  readonly password: string;
  readonly isAdmin: boolean;
  readonly quota: PodyQuota;
}

export interface PodyImageSetting {
  /** "name:tag"; the first of several. */
  readonly name: string;
  readonly exposes: readonly number[];
  readonly sizeBytes: number;
  /** Its main process ends at once, so that pods of it restart for ever. */
  readonly crashes?: boolean | undefined;
  /** Its main process has to be killed: a stop takes 10 s more. */
  readonly ignoresTerm?: boolean | undefined;
  /** Without bash no command can be run in it. */
  readonly withoutBash?: boolean | undefined;
}

export interface PodyMachine {
  readonly gpus: readonly { readonly name: string; readonly uuid: string; readonly memoryMiB: number }[];
  readonly cpus: number;
  readonly memoryKiB: number;
}

/** How long the server works on each call, in milliseconds of the emulator's clock. */
interface PodyTimings {
  readonly create: number;
  readonly stop: number;
  readonly start: number;
  readonly delete: number;
  /** From the stop of a process that ignores TERM to its being killed. */
  readonly kill: number;
}

export interface PodySettings {
  readonly version: string;
  /** First part of every container's name; "" for none. */
  readonly prefix: string;
  /** The first one is handed out as the emulator's credentials. */
  readonly users: readonly PodyUser[];
  readonly images: readonly PodyImageSetting[];
  readonly machine: PodyMachine;
  /** Host ports given to pods, both included. */
  readonly ports: readonly [number, number];
  /** What commits publish, whatever they were made from. */
  readonly commitPorts: readonly number[];
  readonly timings: PodyTimings;
  /** Whether calls wait for the ones before them, as they do on a server with one worker. */
  readonly serial: boolean;
  /** Whose words a refused parameter is described in. */
  readonly pydantic: 1 | 2;
  /** Whether the storage back end can limit a pod's disk; without it a limit makes every create fail. */
  readonly storageLimits: boolean;
  /** Names of containers on the engine that are not pods. */
  readonly otherContainers: readonly string[];
  /** Asked before the emulator's own commands; undefined leaves a command to them. */
  readonly exec:
    | ((command: string, pod: { readonly name: string; readonly user: string }) => ExecResult | undefined)
    | undefined;
}

const gibibyte = 2 ** 30;

export const defaultPodyQuota: PodyQuota = {
  max_pods: 8,
  gpu_count: 2,
  gpus: "all",
  memory_limit: 16 * gibibyte,
  storage_size: -1,
  shm_size: 8 * gibibyte,
  tmpfs_size: 0,
  commit_count: 3,
  commit_size_limit: 20 * gibibyte,
};

const gpu = (index: number) => ({
  name: "NVIDIA GeForce RTX 4090",
  uuid: `GPU-5a1c0de${index}-0b7e-4c55-9d1f-6a2b3c4d5e0${index}`,
  memoryMiB: 24_564,
});

export const defaultPodySettings: PodySettings = {
  version: "0.4.1",
  prefix: "pd",
  users: [
    { name: "alice", password: "pody-emulator-password", isAdmin: false, quota: defaultPodyQuota },
    { name: "bob", password: "bobs-password", isAdmin: false, quota: { ...defaultPodyQuota, max_pods: 2 } },
    { name: "root", password: "roots-password", isAdmin: true, quota: { ...defaultPodyQuota, max_pods: -1 } },
  ],
  images: [
    { name: "ubuntu-cuda:12.4", exposes: [22, 8000], sizeBytes: 7_340_032_000 },
    { name: "pytorch:2.5", exposes: [22, 8888], sizeBytes: 11_811_160_064 },
    { name: "alpine:3.20", exposes: [], sizeBytes: 8_388_608, withoutBash: true },
    { name: "crashing:latest", exposes: [22], sizeBytes: 8_388_608, crashes: true },
    { name: "stubborn:latest", exposes: [22], sizeBytes: 8_388_608, ignoresTerm: true },
  ],
  machine: { gpus: [gpu(0), gpu(1)], cpus: 32, memoryKiB: 131_072_000 },
  ports: [20_000, 20_299],
  commitPorts: [22, 8000],
  timings: { create: 300, stop: 100, start: 200, delete: 50, kill: 10_000 },
  serial: true,
  pydantic: 1,
  storageLimits: false,
  otherContainers: ["registry"],
  exec: undefined,
};
