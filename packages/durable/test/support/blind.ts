// The same worker, with a step that leaves everything to the engine: each attempt is a launch of its own.
import { vast } from "@gpuport/vast";
import { runWorker, settings } from "../../src/run-worker.ts";

const provider = vast({ baseUrl: settings().baseUrl });
await runWorker(async (_, image) => (await provider.launch({ image, gpu: { model: "RTX 4090" } })).id);
