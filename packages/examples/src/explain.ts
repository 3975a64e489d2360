import type { ComputeError, ComputeErrorCode } from "@gpuport/core";

/** What to do about it. */
const advice: Partial<Record<ComputeErrorCode, string>> = {
  invalid_config: "mend the configuration",
  invalid_argument: "mend the request: --gpu, --count, --image, or the provider's defaults",
  unsupported: "drop what this cloud cannot do, or leave the cloud out with --only",
  unauthenticated: "check the credential in the configuration or the environment",
  permission_denied: "the credential is good, but not for this: ask for the permission",
  offer_gone: "somebody else took it: run again",
  no_capacity: "run again later, try another --gpu, or raise --max-price",
  quota_exceeded: "a limit of the account: ask for more, or end something",
  insufficient_funds: "pay into the account",
  rate_limited: "wait a little, then run again",
  unavailable: "the cloud does not answer properly: run again later",
  timeout: "the cloud took too long: look there, then run again",
  bad_response: "the answer is not what the cloud documents: report it",
  launch_ambiguous: "look on the cloud's own console for the name above, and end what is there",
  termination_unconfirmed: "end it on the cloud's own console, now",
  instance_failed: "the machine would not come up: run again, or try another --image",
};

/** Which provider, what code, what happened, what to do. */
export function explain(name: string, { code, message, instanceId }: ComputeError): string {
  const machine = instanceId === undefined || message.includes(instanceId) ? "" : ` (machine ${instanceId})`;
  const toDo = advice[code];
  return `${name}: ${code}: ${message}${machine}${toDo === undefined ? "" : `\n  → ${toDo}`}`;
}
