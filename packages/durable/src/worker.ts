// A worker that rents machines for jobs: node worker.ts pg-boss|dbos [image]. Hands in one job if there is an image.
import { postgresJournal } from "@gpuport/journal-postgres";
import { vast } from "@gpuport/vast";
import { rentOnce } from "./rent.ts";
import { runWorker, settings } from "./run-worker.ts";

const { connectionString, holdMs, baseUrl } = settings();
await using journal = postgresJournal({ connectionString, holdMs });
const provider = vast({ journal, baseUrl }); // the key is in VAST_API_KEY
await runWorker(rentOnce(provider));
