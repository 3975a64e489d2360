// Takes a launch and forgets about it: nothing that the journal does may keep the process from ending.
import { sqliteJournal } from "../../src/index.ts";

const [path = "", key = ""] = process.argv.slice(2);
await sqliteJournal({ path }).hold("northwind", key, new AbortController().signal);
console.log("taken");
