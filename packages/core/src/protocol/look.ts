import type { Clock } from "../clock.ts";
import type { ComputeDriver, DriverCall, DriverInstance } from "../driver.ts";
import { isComputeError } from "../errors.ts";
import type { Termination } from "../provider.ts";
import { walkInstances } from "./walk.ts";

/** How a cloud says that there is no such machine. */
export type Absence = Exclude<Termination["evidence"], "terminal_status">;

/** What one look at a machine showed. */
export type Look =
  | { readonly seen: DriverInstance; readonly absence?: undefined }
  | { readonly seen?: undefined; readonly absence: Absence };

/**
 * Looks at one machine. Absence is only ever what the cloud itself says: its own "no such machine", or a complete list
 * without it. Every other failure is thrown, and proves nothing.
 */
export async function lookAt(driver: ComputeDriver, id: string, call: DriverCall): Promise<Look> {
  if (driver.describe === undefined) return lookInList(driver, id, call);
  try {
    return { seen: await driver.describe(id, call) };
  } catch (error) {
    if (!isComputeError(error, "not_found")) throw error;
    return driver.confirmsAbsence === "by_list" ? lookInList(driver, id, call) : { absence: "not_found" };
  }
}

async function lookInList(driver: ComputeDriver, id: string, call: DriverCall): Promise<Look> {
  const isIt = driver.sameId ?? ((one, other) => one === other);
  for await (const instance of walkInstances(driver, call)) {
    if (isIt(instance.id, id)) return { seen: instance };
  }
  return { absence: "absent_from_list" };
}

/** Every machine that carries an identity, from complete answers only. */
export async function findByIdentity(
  driver: ComputeDriver,
  identity: string,
  call: DriverCall,
): Promise<readonly DriverInstance[]> {
  if (driver.find !== undefined) return driver.find(identity, call);
  const found: DriverInstance[] = [];
  for await (const instance of walkInstances(driver, call)) {
    if (instance.identity === identity) found.push(instance);
  }
  return found;
}

/** Waits before the next look: a quarter of a second at first, then longer, up to the cloud's own pace. */
export async function pauseBetweenLooks(
  clock: Clock,
  look: number,
  pollIntervalMs: number,
  call: DriverCall,
): Promise<void> {
  const pause = Math.min(
    250 * 2 ** Math.min(look, 10),
    pollIntervalMs,
    Math.max(1, call.deadline.remainingMs()),
  );
  await clock.sleep(pause, call.signal);
}
