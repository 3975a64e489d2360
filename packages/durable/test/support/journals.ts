import type { Clock, ClosableJournal } from "@gpuport/core";
import type { PostgresPool } from "@gpuport/journal-postgres";
import type { JournalPlace } from "./order.ts";

/** Opens a journal that other processes share. @param around What its database's connections go through. */
export async function openJournal(
  place: JournalPlace,
  clock: Pick<Clock, "now" | "sleep">,
  around: (pool: PostgresPool) => PostgresPool = (pool) => pool,
): Promise<ClosableJournal> {
  if ("sqlite" in place) {
    const { sqliteJournal } = await import("@gpuport/journal-sqlite");
    return sqliteJournal({ path: place.sqlite, holdMs: place.holdMs, clock });
  }
  const [{ postgresJournal }, { Pool }] = await Promise.all([
    import("@gpuport/journal-postgres"),
    import("pg").then((module) => module.default),
  ]);
  const { schema, holdMs } = place;
  const pool = new Pool({ connectionString: place.postgres, max: 1 });
  pool.on("error", () => {}); // a connection that breaks while nobody uses it
  const journal = postgresJournal({ pool: around(pool), schema, holdMs });
  const close = async (): Promise<void> => {
    await journal.close();
    await pool.end();
  };
  return { ...journal, close, [Symbol.asyncDispose]: close };
}
