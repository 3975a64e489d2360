import { conformance } from "@gpuport/conformance";
import { nock } from "@gpuport/testkit";
import { beforeAll, it } from "vitest";
import { openBench } from "./bench.ts";

// The kit breaks the wire by itself, and nock says "connected" of every socket before it knows.
beforeAll(() => nock.restore());

conformance(openBench, { it, readme: new URL("../README.md", import.meta.url) });
