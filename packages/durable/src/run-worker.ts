import { once } from "node:events";
import { startDbos } from "./dbos.ts";
import { startPgBoss } from "./pg-boss.ts";
import type { Rent } from "./rent.ts";

export interface Settings {
  readonly connectionString: string;
  /** How long a launch stays with a worker that has died; the journal's own default when left out. */
  readonly holdMs: number | undefined;
  /** For how long pg-boss leaves a job with a worker; see there. */
  readonly expireInSeconds: number | undefined;
  readonly baseUrl: string | undefined;
}

/** What the environment says. */
export function settings(): Settings {
  const { DATABASE_URL, HOLD_MS, EXPIRE_SECONDS, VAST_BASE_URL } = process.env;
  if (DATABASE_URL === undefined) throw new Error("DATABASE_URL says where PostgreSQL is");
  return {
    connectionString: DATABASE_URL,
    holdMs: HOLD_MS === undefined ? undefined : Number(HOLD_MS),
    expireInSeconds: EXPIRE_SECONDS === undefined ? undefined : Number(EXPIRE_SECONDS),
    baseUrl: VAST_BASE_URL,
  };
}

/** Works until it is told to end, or killed. */
export async function runWorker(rent: Rent): Promise<void> {
  const [engineName, image] = process.argv.slice(2);
  const { connectionString, expireInSeconds } = settings();
  const say = (words: string): void => void process.stdout.write(`${words}\n`);
  const onDone = (jobId: string, instanceId: string): void => say(`done ${jobId} ${instanceId}`);
  const options = { connectionString, rent, onDone };
  await using engine =
    engineName === "dbos" ? await startDbos(options) : await startPgBoss(options, expireInSeconds);
  if (image !== undefined) say(`job ${await engine.submit(image)}`);
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
}
