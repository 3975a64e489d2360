import type {
  Clock,
  ComputeProvider,
  Fetch,
  Journal,
  LaunchRequest,
  Timing,
  TimingOverrides,
} from "@gpuport/core";
import type { CloudName, Emulator, FaultKind } from "@gpuport/emulator";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { lambda } from "@gpuport/lambda";
import { pody } from "@gpuport/pody";
import { runpod } from "@gpuport/runpod";
import { vast } from "@gpuport/vast";
import type { Dice } from "./dice.ts";

/** What a provider lives on, and what a crash takes from it. */
export interface Means {
  readonly emulator: Emulator;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly facts: TimingOverrides;
}

/** One emulated cloud, as the matrix needs it. */
export interface CloudUnderTest {
  readonly open: (means: Means) => ComputeProvider;
  readonly facts: Timing;
  readonly request: LaunchRequest;
  /** The emulator's names. */
  readonly endpoints: { readonly create: string; readonly remove: string; readonly reads: readonly string[] };
  readonly isCreate: (method: string, path: string) => boolean;
  /** A credential that is refused for a moment. */
  readonly refusedKey: (dice: Dice) => FaultKind;
  /** A create that fails in words although it made a machine, with the machine's id wherever this cloud puts one. */
  readonly idInError: (dice: Dice) => FaultKind;
}

/** Real milliseconds: what hangs on the wire must not hold a cell up for long. */
export const requestTimeoutMs = 80;

function hasty(endpoints: object): Readonly<Record<string, { readonly timeoutMs: number }>> {
  return Object.fromEntries(Object.keys(endpoints).map((name) => [name, { timeoutMs: requestTimeoutMs }]));
}

const common = ({ fetch, clock, journal, facts }: Means) => ({
  ...{ fetch, clock, journal, facts },
  maxResponseBytes: 1_000_000,
});

const afterTheWork = { fault: "answer", work: "done" } as const;

export const clouds: Readonly<Record<CloudName, CloudUnderTest>> = {
  vast: {
    open: (means) =>
      vast({
        ...common(means),
        ...means.emulator.credentials.vast,
        baseUrl: means.emulator.urls.vast,
        endpoints: hasty(vast.tables.endpoints),
      }),
    facts: vast.facts,
    request: { gpu: { model: "RTX 4090" }, image: "example/trainer:2.1", minDiskMiB: 20 * 1024 },
    endpoints: {
      create: "instance.create",
      remove: "instance.destroy",
      reads: ["instance.list", "instance.get", "offers.search"],
    },
    isCreate: (method, path) => method === "PUT" && path.startsWith("/api/v0/asks/"),
    refusedKey: (dice) => ({ fault: "flag", flag: "badKey", value: dice.pick([401, 403, 404]) }),
    idInError: (dice) => ({
      fault: "flag",
      flag: "newContractInError",
      value: dice.pick([400, 200, 410, 500]),
    }),
  },
  glows: {
    open: (means) =>
      glows({
        ...common(means),
        ...means.emulator.credentials.glows,
        baseUrl: means.emulator.urls.glows,
        endpoints: hasty(glows.tables.endpoints),
      }),
    facts: glows.facts,
    request: { gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
    endpoints: {
      create: "instance.create",
      remove: "instance.cancel",
      reads: ["instance.get", "instance.list", "spec.list"],
    },
    isCreate: (method, path) => method === "POST" && path === "/sdk/v1/instance",
    refusedKey: () => ({ fault: "flag", flag: "tokenExpired" }),
    idInError: (dice) => ({
      ...afterTheWork,
      status: dice.pick([200, 500]),
      body: { code: 1, msg: "internal error", instance: {} },
    }),
  },
  pody: {
    open: (means) =>
      pody({
        ...common(means),
        ...means.emulator.credentials.pody,
        baseUrl: means.emulator.urls.pody,
        endpoints: hasty(pody.tables.endpoints),
      }),
    facts: pody.facts,
    request: { image: "ubuntu-cuda:12.4" },
    endpoints: { create: "pod.create", remove: "pod.delete", reads: ["pod.inspect", "pod.list"] },
    isCreate: (method, path) => method === "POST" && path === "/pod/create",
    refusedKey: () => ({ fault: "flag", flag: "tokenExpired" }),
    // The pod that could not be started stays behind, under the name that was asked for.
    idInError: () => ({ fault: "flag", flag: "failStart" }),
  },
  "hpc-ai": {
    open: (means) => {
      const { username, password } = means.emulator.credentials["hpc-ai"];
      return hpcAi({
        ...common(means),
        ...{ username, password },
        baseUrl: means.emulator.urls["hpc-ai"],
        endpoints: hasty(hpcAi.tables.endpoints),
      });
    },
    facts: hpcAi.facts,
    request: { image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", gpu: { model: "H200", count: 8 } },
    endpoints: {
      create: "instance.create",
      remove: "instance.terminate",
      reads: ["instance.list", "catalog.types", "auth.login"],
    },
    isCreate: (method, path) => method === "POST" && path === "/api/instance/create",
    refusedKey: () => ({ fault: "flag", flag: "tokenExpired" }),
    idInError: (dice) => ({
      ...afterTheWork,
      status: dice.pick([200, 400, 500]),
      body: { message: "illegal state" },
    }),
  },
  runpod: {
    open: (means) =>
      runpod({
        ...common(means),
        ...means.emulator.credentials.runpod,
        baseUrl: means.emulator.urls.runpod,
        endpoints: hasty(runpod.tables.endpoints),
      }),
    facts: runpod.facts,
    request: { gpu: { model: "RTX 4090" }, image: "runpod/base:1.0.0-ubuntu2204" },
    endpoints: {
      create: "pods.create",
      remove: "pods.delete",
      reads: ["pods.get", "pods.list", "gpus.list"],
    },
    isCreate: (method, path) => method === "POST" && path === "/v2/pods",
    refusedKey: () => ({ fault: "flag", flag: "badKey" }),
    idInError: (dice) => ({
      ...afterTheWork,
      // The word for no capacity comes with all three.
      status: dice.pick([200, 408, 500]),
      body: { error: "there are no instances available", status: 500 },
    }),
  },
  lambda: {
    open: (means) =>
      lambda({
        ...common(means),
        ...means.emulator.credentials.lambda,
        baseUrl: means.emulator.urls.lambda,
        endpoints: hasty(lambda.tables.endpoints),
      }),
    facts: lambda.facts,
    request: {
      gpu: { model: "A10" },
      sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn3rJ0R0b6h9m1s8F5v7J6lQ2nq8k3eT1xw4y5z6A7B"],
    },
    endpoints: {
      create: "instances.launch",
      remove: "instances.terminate",
      reads: ["instances.get", "instances.list", "types.list", "sshKeys.list"],
    },
    isCreate: (method, path) => method === "POST" && path === "/api/v1/instance-operations/launch",
    refusedKey: () => ({ fault: "flag", flag: "tokenExpired" }),
    idInError: (dice) => ({
      ...afterTheWork,
      status: dice.pick([500, 503]),
      body: { error: { code: "provider/internal-unavailable", message: "Service unavailable." } },
    }),
  },
};

export const cloudNames = Object.keys(clouds) as readonly CloudName[]; // its keys are exactly these
