import { conformance } from "@gpuport/conformance";
import { nock } from "@gpuport/testkit";
import { beforeAll, it } from "vitest";
import { openBench } from "./bench.ts";

// The kit owns the wire here, and nock in between costs a quarter of the time.
beforeAll(() => nock.restore());

conformance(openBench, { it, readme: new URL("../README.md", import.meta.url) });
