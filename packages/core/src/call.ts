import type { CallOptions } from "./call-options.ts";
import type { Clock } from "./clock.ts";
import { deadlineAfter, deadlineScope, ended } from "./deadline.ts";
import type { DriverCall } from "./driver.ts";
import { ComputeError, isComputeError } from "./errors.ts";
import { type OperationTrace, operationChannel, traced } from "./tracing.ts";

/** One call of a user, on its way to a driver. */
export interface OperationStart {
  readonly clock: Clock;
  readonly trace: OperationTrace;
  readonly options: CallOptions | undefined;
  readonly defaultTimeoutMs: number;
  readonly secrets?: readonly string[] | undefined;
}

/**
 * Runs one operation: checks the caller's options, sets the deadline, traces, and puts provider and operation on what
 * it throws. Everything that leaves it is a {@link ComputeError}.
 */
export async function runOperation<Result>(
  start: OperationStart,
  work: (call: DriverCall) => Promise<Result>,
): Promise<Result> {
  const { clock, trace } = start;
  const { signal, timeoutMs = start.defaultTimeoutMs } = checkedOptions(start.options, trace.operation);
  const scope = deadlineScope(signal, deadlineAfter(clock, timeoutMs));
  try {
    const early = ended(scope.signal, `${trace.provider}: ${trace.operation}`);
    if (early !== undefined) throw early;
    const call = {
      operation: trace.operation,
      signal: scope.signal,
      deadline: scope.deadline,
      secrets: start.secrets,
    };
    return await traced(operationChannel, trace, () => work(call));
  } catch (error) {
    throw signed(error, trace);
  } finally {
    scope.close();
  }
}

/** Puts the names on an error. What is not a {@link ComputeError} is a mistake in an adapter, and is said as such. */
export function signed(error: unknown, { provider, operation, instanceId }: OperationTrace): ComputeError {
  if (isComputeError(error)) {
    return error.with({
      provider: error.provider ?? provider,
      operation: error.operation ?? operation,
      instanceId: error.instanceId ?? instanceId,
    });
  }
  const words = error instanceof Error ? error.message : String(error);
  return new ComputeError({
    code: "unknown",
    message: `${provider}: ${operation}: ${words}`,
    effect: "maybe",
    ...{ provider, operation, instanceId },
    cause: error,
  });
}

export function checkedOptions(options: CallOptions | undefined, operation: string): CallOptions {
  const timeoutMs = options?.timeoutMs;
  if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
    const message = `${operation}: timeoutMs must be a positive number of milliseconds`;
    throw new ComputeError({ code: "invalid_argument", field: "timeoutMs", message });
  }
  return options ?? {};
}
