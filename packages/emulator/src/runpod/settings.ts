import {
  type RunpodCpuFlavour,
  type RunpodDataCenter,
  type RunpodGpuType,
  type RunpodStock,
  runpodCpuFlavours,
  runpodDataCenters,
  runpodGpuTypes,
  runpodStock,
} from "./catalogue.ts";

/** What can be set about the emulated RunPod. Times are milliseconds of the emulator's clock. */
export interface RunpodSettings {
  readonly apiKey: string;
  /** May read, and is answered 403 when it writes. */
  readonly readOnlyKey: string;
  readonly username: string;
  /** Prepaid dollars. */
  readonly balance: number;
  /** Most dollars an hour the account may spend. */
  readonly spendLimit: number;
  readonly gpuTypes: readonly RunpodGpuType[];
  readonly cpuFlavours: readonly RunpodCpuFlavour[];
  readonly dataCenters: readonly RunpodDataCenter[];
  readonly stock: readonly RunpodStock[];
  /** Images their registry does not have. */
  readonly missingImages: readonly string[];

  /** From the create until reads show the pod. */
  readonly visibleAfterMs: number;
  /** From the create until a machine is assigned. */
  readonly placingMs: number;
  /** From then on until the container is up. */
  readonly pullingMs: number;
  /** From a start or restart until the container is up. */
  readonly startingMs: number;
  /** How long the port mappings of before a start are still told. */
  readonly stalePortsMs: number;
  /** How long a deleted pod is still shown, as TERMINATED; gone at once when 0. */
  readonly terminatedMs: number;
  /** How often the balance is looked at. */
  readonly balanceCheckMs: number;

  /** What `runtime` is while a pod is provisioned. */
  readonly provisioningRuntime: "object" | "null";
  /** Whether lists are paged. Without it every list is whole and says nothing of pages. */
  readonly pagination: boolean;
  /** Page size when none is asked for; what the real one is, nobody has written down. */
  readonly defaultLimit: number;
  /** Whether the CDN turns away a missing or library-made User-Agent. */
  readonly refuseLibraryAgents: boolean;
  /** Count calls in three windows, say so in headers, and refuse what is too much. */
  readonly enforceRateLimits: boolean;
  /** Calls per minute, hour and day. */
  readonly rateLimits: { readonly minute: number; readonly hour: number; readonly day: number };
}

export const runpodDefaults: RunpodSettings = {
  apiKey: "emulator-runpod-api-key",
  readOnlyKey: "emulator-runpod-read-only-key",
  username: "emulated-renter",
  balance: 1000,
  spendLimit: 80,
  gpuTypes: runpodGpuTypes,
  cpuFlavours: runpodCpuFlavours,
  dataCenters: runpodDataCenters,
  stock: runpodStock,
  missingImages: ["example/missing:latest"],
  visibleAfterMs: 0,
  placingMs: 2000,
  pullingMs: 25_000,
  startingMs: 8000,
  stalePortsMs: 3000,
  terminatedMs: 0,
  balanceCheckMs: 300_000,
  provisioningRuntime: "object",
  pagination: true,
  defaultLimit: 100,
  refuseLibraryAgents: true,
  enforceRateLimits: false,
  rateLimits: { minute: 60, hour: 3000, day: 50_000 },
};
