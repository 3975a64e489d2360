import { isComputeError } from "./errors.ts";

/**
 * For what a launch needs before its create can be sent, a key in the account, say: whatever goes wrong in it, and
 * whatever it leaves behind, nothing has been rented.
 */
export async function preparing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isComputeError(error) ? error.with({ effect: "none" }) : error;
  }
}
