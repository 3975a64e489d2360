import { fork, type Serializable } from "node:child_process";
import { once } from "node:events";
import {
  type Budget,
  ComputeError,
  type ComputeErrorCode,
  type Hold,
  isComputeError,
  type Journal,
  type JournalQuery,
  type LaunchRecord,
} from "@gpuport/core";

/** A journal that lives in another process, which can be stopped and killed. */
export interface JournalProcess {
  readonly journal: Journal;
  readonly signal: (signal: "SIGSTOP" | "SIGCONT" | "SIGKILL") => void;
  /** Kills it if it still lives. */
  readonly close: () => Promise<void>;
}

type Order =
  | { readonly do: "hold"; readonly provider: string; readonly key: string }
  | { readonly do: "leave"; readonly call: number }
  | {
      readonly do: "write";
      readonly hold: number;
      readonly record: LaunchRecord;
      readonly budgets: readonly Budget[];
    }
  | { readonly do: "release"; readonly hold: number }
  | { readonly do: "byInstance"; readonly provider: string; readonly instanceId: string }
  | { readonly do: "list"; readonly query: JournalQuery };

interface Call {
  readonly id: number;
  readonly order: Order;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly code?: ComputeErrorCode | undefined };
}

/** Starts a program of yours, which opens a journal and hands it to {@link serveJournal}. */
export async function startJournalProcess(
  program: string | URL,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Promise<JournalProcess> {
  const child = fork(program, args, { execArgv: [...execArgv], serialization: "advanced" });
  const gone = once(child, "exit");
  const open = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;

  child.on("message", ({ id, result, error }: Answer) => {
    const call = open.get(id);
    open.delete(id);
    if (error === undefined) call?.resolve(result);
    else
      call?.reject(
        error.code === undefined
          ? new Error(error.message)
          : new ComputeError({ ...error, code: error.code }),
      );
  });
  void gone.then(() => {
    for (const call of open.values()) call.reject(new Error("the process of the journal is gone"));
    open.clear();
  });

  function send(id: number, order: Order): void {
    // An order that cannot be sent is one for a process that is gone: its call is refused by that.
    child.send({ id, order } satisfies Call as Serializable, () => {});
  }
  // The other end answers each order with what the journal's own operation gives.
  function ask<Result>(order: Order): { readonly id: number; readonly answer: Promise<Result> } {
    const id = calls++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    open.set(id, { resolve, reject });
    if (child.exitCode === null && child.signalCode === null) send(id, order);
    else reject(new Error("the process of the journal is gone"));
    return { id, answer: promise as Promise<Result> };
  }

  const journal: Journal = {
    async hold(provider, key, signal) {
      signal.throwIfAborted();
      const { id, answer } = ask<LaunchRecord | undefined>({ do: "hold", provider, key });
      const leave = (): void => send(calls++, { do: "leave", call: id });
      signal.addEventListener("abort", leave, { once: true });
      try {
        const record = await answer;
        return {
          record,
          write: (next, budgets = []) => ask<void>({ do: "write", hold: id, record: next, budgets }).answer,
          release: () => ask<void>({ do: "release", hold: id }).answer,
        };
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    byInstance: (provider, instanceId) =>
      ask<LaunchRecord>({ do: "byInstance", provider, instanceId }).answer,
    async *list(query = {}) {
      yield* await ask<LaunchRecord[]>({ do: "list", query }).answer;
    },
  };

  await once(child, "message"); // it is there
  return {
    journal,
    signal: (signal) => void child.kill(signal),
    async close() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** What the program of {@link startJournalProcess} does: obeys the process that has started it. */
export function serveJournal(journal: Journal): void {
  const holds = new Map<number, Hold>();
  const waiting = new Map<number, AbortController>();

  async function obey(id: number, order: Order): Promise<unknown> {
    switch (order.do) {
      case "hold": {
        const leaving = new AbortController();
        waiting.set(id, leaving);
        const hold = await journal.hold(order.provider, order.key, leaving.signal);
        holds.set(id, hold);
        return hold.record;
      }
      case "leave":
        return waiting.get(order.call)?.abort(new Error("left"));
      case "write":
        return holds.get(order.hold)?.write(order.record, order.budgets);
      case "release":
        return holds.get(order.hold)?.release();
      case "byInstance":
        return journal.byInstance(order.provider, order.instanceId);
      case "list": {
        const records: LaunchRecord[] = [];
        for await (const record of journal.list(order.query)) records.push(record);
        return records;
      }
    }
  }

  const answer = (message: Answer): void => void process.send?.(message);
  process.on("message", ({ id, order }: Call) => {
    obey(id, order).then(
      (result) => answer({ id, result }),
      (error: unknown) => {
        const code = isComputeError(error) ? error.code : undefined;
        answer({ id, error: { message: error instanceof Error ? error.message : String(error), code } });
      },
    );
  });
  process.on("disconnect", () => process.exit());
  answer({ id: -1 });
}
