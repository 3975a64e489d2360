import {
  asked,
  belonging,
  existing,
  has,
  type PodyCall,
  type PodyHandler,
  type PodyResult,
  portsInUse,
  shown,
  toPodInfo,
} from "./call.ts";
import { resolveName } from "./names.ts";
import { engineError, noSuchContainer, refuse } from "./refusal.ts";
import { holdsPorts, type PodyPod, statusOf } from "./state.ts";

export const inspectPod: PodyHandler = (call) => {
  const fullName = resolveName(call.parameters.text("ins"), call.user, call.settings);
  const pod = shown(call).findLast((row) => row.fullName === fullName) ?? noSuchContainer(fullName);
  if (pod.image.removed) {
    const id = pod.image.id.slice("sha256:".length);
    refuse(
      404,
      engineError(
        "404 Client Error",
        `/images/${id}/json`,
        `no such image: sha256:${id}: No such image: sha256:${id}`,
      ),
    );
  }
  return { json: { ...(has(call, "0.1.13") ? { instance: pod.name } : {}), ...toPodInfo(pod, call) } };
};

/** Short names, newest first, in every state. */
export const listPods: PodyHandler = (call) => {
  const names = belonging(shown(call), call).map(({ fullName }) =>
    has(call, "0.1.13") ? fullName.slice(fullName.lastIndexOf("-") + 1) : fullName,
  );
  return { json: names.reverse() };
};

export const listAllContainers: PodyHandler = (call) => {
  if (!call.user.isAdmin) refuse(403, "User does not have permission: admin");
  const pods = shown(call).map(({ fullName }) => fullName);
  return { json: [...pods.reverse(), ...call.settings.otherContainers] };
};

export const stopPod: PodyHandler = (call) => {
  const pod = asked(call);
  const { timings } = call.settings;
  if (!holdsPorts(pod.status)) return { json: { log: pod.log } };
  pod.status = "exited";
  const killMs = pod.image.ignoresTerm ? timings.kill : 0;
  return { json: { log: pod.log }, takesMs: timings.stop + killMs };
};

export const startPod: PodyHandler = (call) => {
  const pod = asked(call);
  if (pod.status === "running") return { json: { log: pod.log } };
  if (pod.status === "paused") {
    const message = "cannot start a paused container, try unpause instead";
    refuse(500, engineError("500 Server Error", startPath(pod), message));
  }
  return bringUp(call, pod);
};

export const restartPod: PodyHandler = (call) => {
  const pod = asked(call);
  const { timings } = call.settings;
  const stopMs = holdsPorts(pod.status) ? timings.stop + (pod.image.ignoresTerm ? timings.kill : 0) : 0;
  const { json, takesMs = 0 } = bringUp(call, pod);
  return { json, takesMs: takesMs + stopMs };
};

const startPath = ({ containerId }: PodyPod) => `/containers/${containerId}/start`;

function bringUp(call: PodyCall, pod: PodyPod) {
  if (pod.startFailure !== undefined) refuse(500, pod.startFailure);
  // The ports of a pod that is down are anybody's.
  const taken = holdsPorts(pod.status)
    ? undefined
    : pod.ports.find(({ host }) => portsInUse(call.store).has(host));
  if (taken !== undefined) {
    const message =
      `driver failed programming external connectivity on endpoint ${pod.fullName}: ` +
      `Bind for 0.0.0.0:${taken.host} failed: port is already allocated`;
    refuse(500, engineError("500 Server Error", startPath(pod), message));
  }
  pod.status = "running";
  pod.startedAt = call.context.clock.now();
  if (pod.crashes) pod.log += "boom\r\n";
  return { json: { log: pod.log }, takesMs: call.settings.timings.start };
}

/** Kills and removes in any state. */
export const deletePod: PodyHandler = (call) => {
  const { flags, context, store, settings } = call;
  const pod = asked(call);
  const answer = { json: { log: `Container ${pod.fullName} deleted` }, takesMs: settings.timings.delete };
  if (flags.has("lostDelete")) return answer;
  const remove = () => {
    if (pod.removedAt !== undefined) return;
    pod.removedAt = context.clock.now();
    if (flags.has("resurrectAfterMs"))
      context.clock.after(flags.number("resurrectAfterMs", 0), () => comeBack(pod, call));
  };
  const delayMs = flags.number("delayedDeleteMs", 0);
  const lingerMs = flags.number("lingerMs", 0);
  if (lingerMs > 0) pod.lingersUntil = context.clock.now() + lingerMs;
  if (delayMs > 0) context.clock.after(delayMs, remove);
  else remove();
  const others = store.processes.filter(({ fullName }) => fullName !== pod.fullName);
  store.processes.splice(0, store.processes.length, ...others);
  return answer;
};

function comeBack(pod: PodyPod, { store }: PodyCall): void {
  // A new pod of that name has taken the place of the old one.
  if (existing(store).some(({ fullName }) => fullName === pod.fullName)) return;
  pod.removedAt = undefined;
}

/** Empty answers of the versions between the new routes and the removal of the old ones. */
export const deprecatedAnswer = (instead: string): PodyResult => ({
  json: { deprecated: `This endpoint is deprecated, please use ${instead} instead`, res: null },
});

export const isUp = (pod: PodyPod, now: number) => statusOf(pod, now) === "running";
