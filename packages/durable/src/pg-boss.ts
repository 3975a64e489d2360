import { PgBoss } from "pg-boss";
import type { Engine, EngineOptions } from "./engine.ts";

const queue = "machines";

/**
 * A worker of [pg-boss](https://github.com/timgit/pg-boss). Start as many as you like: a job whose worker has died is
 * given to another one.
 *
 * @param expireInSeconds How long one attempt may take. A dead worker's job is given away after that.
 */
export async function startPgBoss(
  { connectionString, rent, onDone }: EngineOptions,
  expireInSeconds = 300,
): Promise<Engine> {
  const superviseIntervalSeconds = Math.min(expireInSeconds, 60);
  const boss = new PgBoss({ connectionString, superviseIntervalSeconds, monitorIntervalSeconds: 1 });
  boss.on("error", (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  await boss.createQueue(queue, { retryLimit: 5, retryDelay: 1, expireInSeconds });
  await boss.work<{ readonly image: string }>(queue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
    if (job === undefined) return;
    const instanceId = await rent(job.id, job.data.image);
    onDone(job.id, instanceId);
  });
  return {
    async submit(image) {
      const id = await boss.send(queue, { image });
      if (id === null) throw new Error("pg-boss did not take the job");
      return id;
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: false }),
  };
}
