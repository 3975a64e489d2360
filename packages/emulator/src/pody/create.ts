import {
  belonging,
  existing,
  has,
  type PodyCall,
  type PodyHandler,
  portsInUse,
  shown,
  toPodInfo,
} from "./call.ts";
import { usableImage } from "./images.ts";
import { checkNewName, toFullName } from "./names.ts";
import { engineError, refuse } from "./refusal.ts";
import type { PodyImage, PodyPod } from "./state.ts";

/** Answers after the pod was started; the order of the checks is the server's. */
export const createPod: PodyHandler = (call) => {
  const { user, parameters, flags, store, settings, context } = call;
  const name = parameters.text("ins");
  const imageName = parameters.text("image");
  checkNewName(name);
  const fullName = toFullName(settings.prefix, user.name, name);
  if (existing(store).some((pod) => pod.fullName === fullName)) refuseDuplicate(call, fullName);
  const { quota } = user;
  if (quota.max_pods >= 0 && belonging(existing(store), call).length >= quota.max_pods) {
    refuse(403, "Exceed max pod limit");
  }
  const image = findImage(call, imageName);
  const ports = givePorts(call, image);
  const refused = engineRefusal(call, fullName);
  if (refused !== undefined) refuse(500, refused);

  const now = context.clock.now();
  const containerId = context.random.hex(64);
  const gpus = gpusOf(quota.gpus, settings.machine.gpus.length);
  const startFailure = startFailureOf(call, containerId, gpus.missing);
  const word = flags.get("unknownStatus");
  const up = flags.has("unknownStatus") ? (typeof word === "string" ? word : "hibernating") : "running";
  const crashes = image.crashes || flags.has("crashLoop");
  const pod: PodyPod = {
    name,
    fullName,
    user: user.name,
    containerId,
    image,
    ports,
    gpuIds: gpus.named,
    visibleGpus: gpus.visible,
    memoryLimit: quota.memory_limit > 0 ? quota.memory_limit : -1,
    shmSize: quota.shm_size > 0 ? quota.shm_size : 67_108_864,
    createdAt: now,
    visibleFrom: now + flags.number("visibleAfterMs", 0),
    startFailure,
    crashes,
    files: new Map(),
    status: startFailure !== undefined || flags.has("stuck") ? "created" : up,
    startedAt: now,
    log: crashes ? "boom\r\n" : "",
    removedAt: undefined,
    lingersUntil: undefined,
  };
  store.pods.push(pod);
  // The pod that could not be started stays behind, with its name and its place in the quota.
  if (startFailure !== undefined) return { status: 500, json: { detail: startFailure } };
  // The engine says nothing for ten minutes, which is as long as the server waits for it.
  if (flags.has("stuck")) return { status: 504, json: { detail: "Request timed out" }, takesMs: 600_000 };
  const seen = shown(call).includes(pod) && !flags.has("nullInfo");
  return {
    json: { log: pod.log, info: seen ? toPodInfo(pod, call) : null },
    takesMs: settings.timings.create,
  };
};

function refuseDuplicate(call: PodyCall, fullName: string): never {
  if (has(call, "0.1.11")) refuse(409, `Container ${fullName} already exists`);
  const path = `/containers/create?name=${fullName}`;
  refuse(
    500,
    engineError("409 Client Error", path, `Conflict. The container name "/${fullName}" is already in use`),
  );
}

function findImage(call: PodyCall, name: string): PodyImage {
  const image = usableImage(call, name);
  if (image !== undefined) return image;
  if (!has(call, "0.1.12")) refuse(403, `Image ${name} is not allowed`);
  return refuse(400, "Invalid image name, please check the available images");
}

/** A random free port of the host for each port of the image. */
function givePorts({ settings, store, context, flags }: PodyCall, image: PodyImage): PodyPod["ports"] {
  const [first, last] = settings.ports;
  const taken = portsInUse(store);
  const free = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
    (port) => !taken.has(port),
  );
  if (free.length < image.exposes.length || flags.has("noCapacity")) refuse(403, "No available port");
  return image.exposes.map((pod) => {
    const host = context.random.pick(free);
    free.splice(free.indexOf(host), 1);
    return { host, pod };
  });
}

/** What the engine says to creating the container; nothing is left of one it refuses. */
function engineRefusal({ user, settings, flags }: PodyCall, fullName: string): string | undefined {
  const path = `/containers/create?name=${fullName}`;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(fullName)) {
    const allowed = "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed";
    return engineError("400 Client Error", path, `Invalid container name (${fullName}), ${allowed}`);
  }
  const { memory_limit: memory, storage_size: storage } = user.quota;
  if (memory > 0 && memory < 6 * 2 ** 20) {
    return engineError("400 Client Error", path, "Minimum memory limit allowed is 6MB");
  }
  if ((storage > 0 && !settings.storageLimits) || flags.has("failCreate")) {
    const message = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";
    return engineError("500 Server Error", path, message);
  }
  return undefined;
}

function startFailureOf({ flags }: PodyCall, containerId: string, missingGpus: boolean): string | undefined {
  const path = `/containers/${containerId}/start`;
  if (missingGpus) {
    const message =
      "failed to create shim task: OCI runtime create failed: nvidia-container-cli: device error: unknown device";
    return engineError("500 Server Error", path, message);
  }
  if (!flags.has("failStart")) return undefined;
  const message = "failed to create shim task: OCI runtime create failed: exec: no such file or directory";
  return engineError("400 Client Error", path, message);
}

/** Named indexes are reported; "all" and "none" both look like an empty list. */
function gpusOf(quota: string, count: number) {
  const all = Array.from({ length: count }, (_, index) => index);
  if (quota === "none") return { named: [], visible: [], missing: false };
  if (quota === "all" || quota === "") return { named: [], visible: all, missing: false };
  const named = quota.split(",").map(Number);
  return { named, visible: named, missing: named.some((index) => !all.includes(index)) };
}
