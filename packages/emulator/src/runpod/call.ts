import type { Answer, CloudContext, CloudRequest } from "../kit/types.ts";
import type { RunpodLedger } from "./ledger.ts";
import type { RunpodLifecycle } from "./lifecycle.ts";
import { refuse } from "./refusal.ts";
import type { RunpodSettings } from "./settings.ts";
import type { RunpodPod, RunpodStore } from "./state.ts";

/** Everything an operation works with. */
export interface RunpodCall {
  readonly request: CloudRequest;
  readonly store: RunpodStore;
  readonly ledger: RunpodLedger;
  readonly lifecycle: RunpodLifecycle;
  readonly settings: RunpodSettings;
  readonly context: CloudContext;
}

export type RunpodHandler = (call: RunpodCall) => Answer;

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created = (json: unknown): Answer => ({ status: 201, json });
/** No body at all, not even an empty object. */
export const noContent: Answer = { status: 204 };

/** Whether reads show it yet, and still. */
export function isShown({ settings, context }: RunpodCall, pod: RunpodPod): boolean {
  const now = context.clock.now();
  if (now < pod.visibleFrom) return false;
  if (pod.stale !== undefined && now < pod.stale.until) return true;
  return pod.terminatedAt === undefined || now < pod.terminatedAt + settings.terminatedMs;
}

/** The pod of the path; one that is not shown yet is as unknown as one that never was. */
export function askedPod(call: RunpodCall): RunpodPod {
  const { id } = call.request.params;
  const pod = call.store.pods.find((row) => row.id === id);
  return pod === undefined || !isShown(call, pod) ? refuse(404, "pod not found") : pod;
}
