import { type Instance, isComputeError, type Termination } from "@gpuport/core";
import { type Rental, toComputeError } from "./rental.ts";
import type { Progress } from "./screen.ts";

/** Launches at all providers at once, and waits until everything runs. Failures stay on the rental they belong to. */
export async function launchAll(
  rentals: readonly Rental[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(rentals.map((rental) => launchOne(rental, progress, signal)));
}

async function launchOne(rental: Rental, progress: Progress, signal: AbortSignal): Promise<void> {
  const { provider, request, owed } = rental;
  const see = (instance: Instance): void => {
    rental.instance = withEarlier(rental.instance, instance);
    progress.show(provider.name, `${instance.id}  ${words(instance)}`);
  };
  try {
    rental.stage = "launching";
    progress.show(provider.name, "launching");
    const launched = await provider.launch(request, { signal });
    owed.add(launched.id);
    rental.stage = "owing";
    see(launched);
    see(await provider.waitFor(launched.id, "running", { signal, onProgress: see }));
    progress.show(provider.name, `${launched.id}  running`, "done");
  } catch (error) {
    const failure = toComputeError(error);
    rental.failure = failure;
    // An error that says "nothing was changed" of a launch is proof; any other may have left a machine.
    if (rental.stage === "launching") rental.stage = failure.effect === "none" ? "nothing" : "owing";
    if (rental.stage === "owing" && failure.instanceId !== undefined) owed.add(failure.instanceId);
    progress.show(provider.name, [...owed, failure.code].join("  "), "failed");
  }
}

/** Terminates whatever was launched. Takes no signal: nothing may keep a machine from being ended. */
export async function terminateAll(rentals: readonly Rental[], progress: Progress): Promise<void> {
  await Promise.all(
    rentals.filter(({ stage }) => stage !== "nothing").map((rental) => terminateOne(rental, progress)),
  );
}

/** Each attempt goes on for as long as the cloud's facts say. */
const attempts = 3;

async function terminateOne(rental: Rental, progress: Progress): Promise<void> {
  const { provider, owed, terminations } = rental;
  try {
    if (owed.size === 0) await findByName(rental);
    for (const id of owed) {
      progress.show(provider.name, `${id}  terminating`);
      terminations.push(await terminate(rental, id));
      owed.delete(id);
    }
    // A launch of unknown outcome whose machine was not found stays open: a list does not prove it away.
    if (terminations.length > 0) rental.stage = "nothing";
    const proof = terminations.map(({ id, evidence }) => `${id}  terminated, evidence: ${evidence}`);
    progress.show(
      provider.name,
      proof.join("; ") || "not found, not proven gone",
      proof[0] ? "done" : "failed",
    );
  } catch (error) {
    const failure = toComputeError(error);
    rental.failure = failure;
    progress.show(provider.name, [...owed, failure.code].join("  "), "failed");
  }
}

async function terminate({ provider }: Rental, id: string): Promise<Termination> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await provider.terminate(id);
    } catch (error) {
      const again = isComputeError(error) && error.retryable && attempt < attempts;
      if (!again) throw error;
    }
  }
}

/** The name is this run's own, so a machine that carries it came from the launch whose answer was lost. */
async function findByName({ provider, request, owed }: Rental): Promise<void> {
  for await (const { id } of provider.list({ name: request.name })) owed.add(id);
}

/** What an earlier look knew stays known: a cloud may tell the price with the offer and not with the machine. */
function withEarlier(earlier: Instance | undefined, later: Instance): Instance {
  const said = Object.entries(later.hardware).filter(([, value]) => value !== undefined);
  return {
    ...later,
    hardware: { ...earlier?.hardware, ...Object.fromEntries(said) },
    price: later.price ?? earlier?.price,
  };
}

/** `provisioning (loading)`: our word, and on the way there what the cloud says of it. */
function words({ status, providerStatus, reason, message }: Instance): string {
  const word = /^\w+$/.test(providerStatus) ? providerStatus : undefined;
  const more = word ?? reason ?? message;
  return more === undefined || status === "running" ? status : `${status} (${more})`;
}
