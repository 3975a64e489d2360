// Opens a journal in a process of its own, for a test that may stop or kill it.
import { serveJournal } from "@gpuport/conformance";
import { postgresJournal } from "../../src/index.ts";

const [connectionString, schema, holdMs] = process.argv.slice(2);
serveJournal(
  postgresJournal({ connectionString, schema, holdMs: holdMs === undefined ? undefined : Number(holdMs) }),
);
