import type { CloudContext } from "../kit/types.ts";
import type { PodySettings } from "./settings.ts";

export interface PodyImage {
  readonly id: string;
  /** "name:tag"; commits are "pody-commit:<user>[-<tag>]". */
  readonly name: string;
  /** Whose commit it is; undefined for the machine's own images. */
  readonly commitOf: string | undefined;
  readonly comment: string;
  readonly exposes: readonly number[];
  readonly sizeBytes: number;
  readonly createdAt: number;
  readonly crashes: boolean;
  readonly ignoresTerm: boolean;
  readonly withoutBash: boolean;
  /** False once its name was taken away. */
  tagged: boolean;
  /** True once nothing of it is left. */
  removed: boolean;
}

export interface PodyPod {
  readonly name: string;
  readonly fullName: string;
  readonly user: string;
  readonly containerId: string;
  readonly image: PodyImage;
  readonly ports: readonly { readonly host: number; readonly pod: number }[];
  readonly gpuIds: readonly number[];
  /** Host indexes the pod can see. */
  readonly visibleGpus: readonly number[];
  readonly memoryLimit: number;
  readonly shmSize: number;
  readonly createdAt: number;
  /** Reads do not show it earlier. */
  readonly visibleFrom: number;
  /** Why the engine cannot start it; undefined when it can. */
  readonly startFailure: string | undefined;
  readonly crashes: boolean;
  /** The files that commands have written, by path. */
  readonly files: Map<string, string>;
  status: string;
  startedAt: number;
  log: string;
  removedAt: number | undefined;
  /** Reads go on showing it until then. */
  lingersUntil: number | undefined;
}

interface PodyProcess {
  readonly fullName: string;
  readonly gpu: number;
  readonly cmd: string;
  readonly startedAt: number;
}

export interface PodyStore {
  /** In order of creation, deleted ones included. */
  readonly pods: PodyPod[];
  readonly images: PodyImage[];
  readonly passwords: Map<string, string>;
  readonly processes: PodyProcess[];
  /** The server answers nobody any more. */
  hung: boolean;
  /** Until when the server works on earlier calls. */
  busyUntil: number;
}

export function createPodyStore({ clock, random }: CloudContext, settings: PodySettings): PodyStore {
  return {
    pods: [],
    images: settings.images.map((image) => ({
      id: `sha256:${random.hex(64)}`,
      name: image.name,
      commitOf: undefined,
      comment: "",
      exposes: image.exposes,
      sizeBytes: image.sizeBytes,
      createdAt: clock.now(),
      crashes: image.crashes ?? false,
      ignoresTerm: image.ignoresTerm ?? false,
      withoutBash: image.withoutBash ?? false,
      tagged: true,
      removed: false,
    })),
    passwords: new Map(settings.users.map(({ name, password }) => [name, password])),
    processes: [],
    hung: false,
    busyUntil: 0,
  };
}

const crashCycleMs = 5000;
const crashUpMs = 200;

/** The engine's word for the state: a pod whose process keeps ending is up for a moment in every round. */
export function statusOf(pod: PodyPod, now: number): string {
  if (!pod.crashes || pod.status !== "running") return pod.status;
  const round = (now - pod.startedAt) % crashCycleMs;
  return round >= crashCycleMs - crashUpMs ? "running" : "restarting";
}

export const holdsPorts = (status: string) => status === "running" || status === "paused";
