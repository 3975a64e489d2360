import type { Flags } from "../kit/types.ts";
import { askedPod, isShown, noContent, ok, type RunpodCall, type RunpodHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { readPorts } from "./order.ts";
import { cutPage } from "./paging.ts";
import { refuse, refuseInside } from "./refusal.ts";
import type { RunpodPod } from "./state.ts";
import { freeGpus } from "./stock.ts";
import { toPod } from "./view.ts";

/** Newest first. Query members it does not know, such as the older filters, are ignored without a word. */
export const listPods: RunpodHandler = (call) => {
  const shown = call.store.pods.filter((pod) => isShown(call, pod)).reverse();
  const { rows, pagination } = cutPage(call, shown);
  return ok({
    pods: rows.map((pod) => toPod(call, pod)),
    ...(pagination === undefined ? {} : { pagination }),
  });
};

export const getPod: RunpodHandler = (call) => ok(toPod(call, askedPod(call)));

/** Whatever is part of the container starts it again. `env` is replaced as a whole. Mounts and templates are not emulated here. */
export const updatePod: RunpodHandler = (call) => {
  const pod = askedPod(call);
  const body = readBody(call.request.json, [
    "name",
    "image",
    "args",
    "disk",
    "ports",
    "env",
    "registry",
    "locked",
    "globalNetworking",
  ]);
  const outside = {
    name: body.text("name") ?? pod.name,
    locked: body.flag("locked") ?? pod.locked,
    registry: body.nullableText("registry") ?? pod.registry,
    globalNetworking: body.flag("globalNetworking") ?? pod.globalNetworking,
  };
  const container = {
    image: body.text("image") ?? pod.image,
    args: body.text("args") ?? pod.args,
    disk: body.integer("disk", 1) ?? pod.disk,
    ports: readPorts(body) ?? pod.ports,
    env: body.record("env") ?? pod.env,
  };
  body.done();
  const restarts = ["image", "args", "disk", "ports", "env"].some(body.has);
  Object.assign(pod, outside, container);
  if (restarts && pod.status === "RUNNING") call.lifecycle.restart(pod);
  return ok(toPod(call, pod));
};

const allowedActions: Readonly<Record<string, ReadonlySet<string>>> = {
  start: new Set(["EXITED", "ERROR"]),
  stop: new Set(["RUNNING", "PROVISIONING", "STARTING"]),
  restart: new Set(["RUNNING"]),
};

/** What is allowed is decided here, not by the `actions` of the record. Flags: `noFreeGpu`, `zeroGpus`, `conflict`. */
export const actOnPod: RunpodHandler = (call) => {
  const pod = askedPod(call);
  const body = readBody(call.request.json, ["action"]);
  const action = body.oneOf("action", ["start", "stop", "restart", "terminate"]);
  if (action === undefined && !body.has("action")) body.wrong("action", "is required");
  body.done();
  if (action === undefined || action === "terminate") return terminate(call, pod);
  if (allowedActions[action]?.has(pod.status) !== true || call.request.flags.has("conflict")) {
    refuse(409, `Cannot ${action} a pod that is ${pod.status}.`);
  }
  if (action === "stop") {
    if (pod.locked) refuse(409, "Cannot stop a locked pod.");
    call.lifecycle.stop(pod);
  } else if (action === "restart") call.lifecycle.restart(pod);
  else start(call, pod);
  return ok(toPod(call, pod));
};

/** A stopped pod is tied to its machine, whose GPUs may be somebody else's by now. */
function start({ request: { flags }, store, lifecycle }: RunpodCall, pod: RunpodPod): void {
  const wanted = pod.gpu?.wanted ?? 0;
  if (flags.has("zeroGpus")) {
    lifecycle.start(pod, 0);
    return;
  }
  const free = pod.host === undefined ? wanted : freeGpus(store, pod.host) + pod.held;
  if (free < wanted || flags.has("noFreeGpu")) {
    const text = "There are not enough free GPUs on the host machine to start this pod.";
    if (flags.get("noFreeGpu") === "problem") refuse(400, text);
    refuseInside(400, text);
  }
  lifecycle.start(pod, wanted);
}

export const deletePod: RunpodHandler = (call) => terminate(call, askedPod(call));

/** Flags: those all clouds share, and `alreadyEnding` (done, and answered 409). */
function terminate(call: RunpodCall, pod: RunpodPod) {
  const { flags } = call.request;
  if (pod.terminatedAt === undefined && !flags.has("lostDelete")) end(call, pod, flags);
  if (flags.has("alreadyEnding")) refuse(409, "The pod is already being terminated.");
  return noContent;
}

function end(call: RunpodCall, pod: RunpodPod, flags: Flags): void {
  const lingerMs = flags.number("lingerMs", 0);
  if (lingerMs > 0) pod.stale = { row: toPod(call, pod), until: call.context.clock.now() + lingerMs };
  call.lifecycle.terminate(pod, flags);
}
