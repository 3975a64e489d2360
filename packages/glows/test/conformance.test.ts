import { conformance } from "@gpuport/conformance";
import { it } from "vitest";
import { openBench } from "./bench.ts";

conformance(openBench, { it, readme: new URL("../README.md", import.meta.url) });
