import { testConformance } from "@gpuport/conformance";
import { it } from "vitest";
import { openBench } from "./bench.ts";

testConformance(it, openBench);
