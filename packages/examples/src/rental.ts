import {
  ComputeError,
  type ComputeProvider,
  type Instance,
  isComputeError,
  type LaunchRequest,
  type Offer,
  type Termination,
} from "@gpuport/core";

/** One provider's part of a run: what is to be rented there, and what became of it. */
export interface Rental {
  readonly provider: ComputeProvider;
  readonly request: LaunchRequest;
  /** The cheapest that fits, when the plan was made; never there on a cloud that has no offers. */
  offer?: Offer | undefined;
  /** The first thing that went wrong. */
  failure?: ComputeError | undefined;
  stage: Stage;
  /** As it was last seen. */
  instance?: Instance | undefined;
  /** Machines that must be gone before this is over. */
  readonly owed: Set<string>;
  readonly terminations: Termination[];
}

/** `nothing`: surely no machine. `launching`: the answer is not there yet. `owing`: a machine is, or may be, there. */
export type Stage = "nothing" | "launching" | "owing";

/** What may bill and is not proven gone, a line each; empty when all is well. */
export function stillOpen(rentals: readonly Rental[]): readonly string[] {
  return rentals
    .filter(({ stage }) => stage !== "nothing")
    .map(({ provider, request, stage, owed }) => {
      const ids = [...owed].join(", ");
      const state = stage === "launching" ? "being launched" : "if there is one";
      const unnamed = `a machine named ${request.name}, ${state}`;
      return `${provider.name} (${provider.adapter}): ${ids || unnamed}`;
    });
}

/** Everything thrown as the one kind of error that has a code. */
export function toComputeError(error: unknown): ComputeError {
  if (isComputeError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ComputeError({ code: "unknown", message, effect: "maybe", cause: error });
}
