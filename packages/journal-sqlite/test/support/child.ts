// Opens a journal in a process of its own, for a test that may stop or kill it.
import { serveJournal } from "@gpuport/conformance";
import { sqliteJournal } from "../../src/index.ts";

const [path = "", holdMs] = process.argv.slice(2);
serveJournal(sqliteJournal({ path, holdMs: holdMs === undefined ? undefined : Number(holdMs) }));
