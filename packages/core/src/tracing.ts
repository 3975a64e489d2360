import { channel, type TracingChannel, tracingChannel } from "node:diagnostics_channel";
import type { ComputeError } from "./errors.ts";

/** What subscribers of `gpuport:operation` see: one call of a `ComputeProvider`. Holds no secret. */
export interface OperationTrace {
  readonly provider: string;
  readonly adapter: string;
  readonly operation: string;
  readonly instanceId?: string | undefined;
  readonly launchKey?: string | undefined;
}

/** What subscribers of `gpuport:request` see: one HTTP request. Paths are the endpoint's pattern, without ids or query. */
export interface RequestTrace {
  readonly provider: string;
  readonly operation: string;
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  /** 1 for the first time that this request is sent. */
  readonly attempt: number;
  /** How many calls to this endpoint were waiting for their turn when this one came. Filled when it has its own. */
  waiting?: number;
  /** Filled when the answer has come. */
  status?: number;
}

/** `tracing:gpuport:operation:start`, `…:asyncEnd`, `…:error` and the others of `diagnostics_channel`. */
export const operationChannel: TracingChannel<unknown, OperationTrace> = tracingChannel("gpuport:operation");
export const requestChannel: TracingChannel<unknown, RequestTrace> = tracingChannel("gpuport:request");

/** What subscribers of `gpuport:alarm` see: something that a person should look at, because a machine may bill unseen. */
export interface Alarm {
  readonly provider: string;
  readonly launchKey?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly error: ComputeError;
}

const alarms = channel("gpuport:alarm");

export function alarm(about: Alarm): void {
  alarms.publish(about);
}

/**
 * Runs `work` inside a trace; costs one comparison while nobody listens. What it gives is kept from the trace: answers
 * hold tokens and passwords.
 */
export function traced<Trace extends object, Result>(
  channel: TracingChannel<unknown, Trace>,
  trace: Trace,
  work: () => Promise<Result>,
): Promise<Result> {
  return channel.hasSubscribers ? published(channel, trace, work) : work();
}

async function published<Trace extends object, Result>(
  channel: TracingChannel<unknown, Trace>,
  trace: Trace,
  work: () => Promise<Result>,
): Promise<Result> {
  const results: Result[] = [];
  await channel.tracePromise(async () => {
    results.push(await work());
  }, trace);
  return results[0] as Result; // the work has ended, so it is there
}
