import type { Case } from "../case.ts";
import { aborting } from "./abort.ts";
import { ambiguity } from "./ambiguity.ts";
import { breakdowns } from "./breakdowns.ts";
import { concurrency } from "./concurrency.ts";
import { deadlines } from "./deadlines.ts";
import { environment } from "./environment.ts";
import { errors } from "./errors.ts";
import { evidence } from "./evidence.ts";
import { facts } from "./facts.ts";
import { fidelity } from "./fidelity.ts";
import { imageCases } from "./images.ts";
import { launching } from "./launch.ts";
import { leaks } from "./leaks.ts";
import { listing } from "./list.ts";
import { commands, lookups } from "./lookup.ts";
import { model } from "./model.ts";
import { networkCases } from "./networks.ts";
import { numbers } from "./numbers.ts";
import { offers } from "./offers.ts";
import { operations } from "./operations.ts";
import { refusalsEverywhere } from "./operations-refused.ts";
import { options } from "./options.ts";
import { paging } from "./paging.ts";
import { powering } from "./power.ts";
import { readinessCases } from "./readiness.ts";
import { recovery } from "./recovery.ts";
import { requests } from "./request.ts";
import { secrets } from "./secrets.ts";
import { snapshotCases } from "./snapshots.ts";
import { sshKeyCases } from "./ssh-keys.ts";
import { stored } from "./stored.ts";
import { sums } from "./sums.ts";
import { terminating } from "./terminate.ts";
import { volumeCases } from "./volumes.ts";
import { watchingCases } from "./watching.ts";
import { words } from "./words.ts";

/** Every case, in the order of a machine's life. */
export const cases: readonly Case[] = [
  ...launching,
  ...requests,
  ...ambiguity,
  ...recovery,
  ...listing,
  ...breakdowns,
  ...words,
  ...paging,
  ...terminating,
  ...evidence,
  ...errors,
  ...aborting,
  ...deadlines,
  ...readinessCases,
  ...watchingCases,
  ...concurrency,
  ...model,
  ...facts,
  ...secrets,
  ...options,
  ...environment,
  ...offers,
  ...powering,
  ...operations,
  ...imageCases,
  ...snapshotCases,
  ...volumeCases,
  ...networkCases,
  ...sshKeyCases,
  ...fidelity,
  ...lookups,
  ...numbers,
  ...leaks,
  ...commands,
  ...stored,
  ...sums,
  ...refusalsEverywhere,
];
