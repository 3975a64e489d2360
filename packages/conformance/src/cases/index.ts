import type { Case } from "../case.ts";
import { ambiguity } from "./ambiguity.ts";
import { breakdowns } from "./breakdowns.ts";
import { evidence } from "./evidence.ts";
import { launching } from "./launch.ts";
import { listing } from "./list.ts";
import { powering } from "./power.ts";
import { terminating } from "./terminate.ts";

/** Every case, in the order of a machine's life. */
export const cases: readonly Case[] = [
  ...launching,
  ...ambiguity,
  ...listing,
  ...breakdowns,
  ...terminating,
  ...evidence,
  ...powering,
];
