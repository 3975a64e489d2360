// Opens a configuration and launches, in a process of its own that a test kills.
import { type LaunchRequest, memoryJournal } from "@gpuport/core";
import { openProviders } from "../src/index.ts";

const [file = "", name = "", asked = "{}", journal] = process.argv.slice(2);
// With a journal of its own it stands for a program whose journal is lost.
const overrides = journal === "lost" ? { journal: memoryJournal() } : {};
const providers = await openProviders(file, overrides);
const request = JSON.parse(asked) as LaunchRequest;
const { id } = await providers.get(name).launch(request, { late: "terminate" });
console.log(id);
setInterval(() => {}, 60_000); // until it is killed
