import { randomUUID } from "node:crypto";
import { DBOS } from "@dbos-inc/dbos-sdk";
import type { Engine, EngineOptions } from "./engine.ts";

/** A workflow of [DBOS](https://github.com/dbos-inc/dbos-transact-ts). Starting again goes on with what was left undone. */
export async function startDbos({ connectionString, rent, onDone }: EngineOptions): Promise<Engine> {
  const rentMachine = DBOS.registerWorkflow(
    async (jobId: string, image: string): Promise<void> => {
      const instanceId = await DBOS.runStep(() => rent(jobId, image), { name: "rent" });
      onDone(jobId, instanceId);
    },
    { name: "rentMachine" },
  );
  DBOS.setConfig({
    name: "gpuport-example",
    systemDatabaseUrl: connectionString,
    applicationVersion: "1", // or DBOS leaves the workflows of an older program alone
    logLevel: "warn",
  });
  await DBOS.launch();
  return {
    async submit(image) {
      const jobId = randomUUID();
      await DBOS.startWorkflow(rentMachine, { workflowID: jobId })(jobId, image);
      return jobId;
    },
    [Symbol.asyncDispose]: () => DBOS.shutdown(),
  };
}
