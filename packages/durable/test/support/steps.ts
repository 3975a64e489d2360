import type { Clock, Fetch, Hold, Journal } from "@gpuport/core";
import type { PostgresClient, PostgresPool } from "@gpuport/journal-postgres";

/**
 * Awaited before everything that a process asks of the world outside. Between two steps nothing outside of the process
 * changes, so being killed at a step is being killed anywhere since the one before it was done.
 */
export type Step = (name: string) => Promise<void>;

export function steppedClock(clock: Clock, step: Step): Clock {
  return {
    ...clock,
    async sleep(ms, signal) {
      await step("wait");
      await clock.sleep(ms, signal);
    },
  };
}

export function steppedFetch(send: Fetch, step: Step): Fetch {
  return async (request, init) => {
    await step(`${request.method} ${new URL(request.url).pathname}`);
    return send(request, init);
  };
}

export function steppedJournal(journal: Journal, step: Step): Journal {
  const steppedHold = (hold: Hold): Hold => ({
    record: hold.record,
    async write(record, budgets) {
      await step(`journal: write ${record.state}`);
      await hold.write(record, budgets);
    },
    async release() {
      await step("journal: release");
      await hold.release();
    },
  });
  return {
    async hold(provider, key, signal) {
      await step("journal: hold");
      return steppedHold(await journal.hold(provider, key, signal));
    },
    async byInstance(provider, instanceId) {
      await step("journal: find");
      return journal.byInstance(provider, instanceId);
    },
    async *list(query) {
      await step("journal: list");
      yield* journal.list(query);
    },
  };
}

/** Comes by itself, whatever its process is at. */
const isRenewal = /\bupdate .*\.holds set\b/s;

/** For a journal that asks a server: every single statement is a step, also those inside one write. */
export function steppedPool(pool: PostgresPool, step: Step): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      const query: PostgresClient["query"] = async (text, values) => {
        if (!isRenewal.test(text)) await step(`postgres: ${text.replaceAll(/\s+/g, " ").trim()}`);
        return client.query(text, values);
      };
      return {
        query,
        release: (destroy) => client.release(destroy),
        on: (event, listener) => client.on(event, listener),
        off: (event, listener) => client.off(event, listener),
      };
    },
  };
}
