import { it } from "vitest";
import { conformance } from "../src/index.ts";
import { openNorthwind } from "./bench.ts";

conformance(openNorthwind, { it });
