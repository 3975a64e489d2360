import type { Mutant } from "../mutant.ts";
import { callMutants } from "./calls.ts";
import { createMutants } from "./create.ts";
import { doingMutants } from "./doing.ts";
import { errorMutants } from "./errors.ts";
import { factMutants } from "./facts.ts";
import { launchMutants } from "./launch.ts";
import { listMutants } from "./lists.ts";
import { offerMutants } from "./offers.ts";
import { optionMutants } from "./options.ts";
import { powerMutants } from "./power.ts";
import { priceMutants } from "./price.ts";
import { readMutants } from "./reads.ts";
import { secretMutants } from "./secrets.ts";
import { statusMutants } from "./status.ts";
import { storedMutants } from "./stored.ts";
import { terminationMutants } from "./termination.ts";
import { timeMutants } from "./time.ts";
import { unitMutants } from "./units.ts";
import { waitMutants } from "./waiting.ts";

/** Every mutant, by what it is about. */
export const mutants: readonly Mutant[] = [
  ...createMutants,
  ...launchMutants,
  ...terminationMutants,
  ...statusMutants,
  ...readMutants,
  ...listMutants,
  ...waitMutants,
  ...callMutants,
  ...errorMutants,
  ...secretMutants,
  ...optionMutants,
  ...unitMutants,
  ...priceMutants,
  ...timeMutants,
  ...factMutants,
  ...powerMutants,
  ...offerMutants,
  ...storedMutants,
  ...doingMutants,
];
