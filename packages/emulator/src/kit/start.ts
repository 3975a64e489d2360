import { createClock } from "./clock.ts";
import { type Controlled, createControl } from "./control.ts";
import { faultMistake } from "./fault-check.ts";
import { createFaultBook, type Fault } from "./faults.ts";
import type { RequestRecord } from "./log.ts";
import { createRandom, seedFor } from "./random.ts";
import { type CloudServer, createCloudServer } from "./server.ts";
import type { BillRow, Cloud, CloudContext, CloudName, EventArgument, MachineRecord } from "./types.ts";

export interface KitOptions {
  /** Everything left to chance follows from it. Default 1. */
  readonly seed?: number | undefined;
  /** "real" (default) follows the computer's clock; "manual" stands still but for `clock.advance`. */
  readonly clock?: "real" | "manual" | undefined;
  /** How many times faster than the computer's the real clock runs. Default 1. */
  readonly speed?: number | undefined;
  /**
   * What a call that takes time does to a manual clock: "pass" (default) moves the clock by what it takes, up to an hour;
   * "hold" keeps the answer until someone advances the clock.
   */
  readonly slowCalls?: "pass" | "hold" | undefined;
  /** Epoch milliseconds of the clouds' first moment. Default: now. */
  readonly startAt?: number | undefined;
  /** Address to listen on. Default "127.0.0.1". */
  readonly host?: string | undefined;
  /** A port per cloud; any free one for those left out. */
  readonly ports?: Partial<Readonly<Record<CloudName, number>>> | undefined;
}

/** What each of the clouds lets in. */
export type CredentialsByCloud = Readonly<Partial<Record<CloudName, Readonly<Record<string, string>>>>>;

export interface Kit<Credentials extends CredentialsByCloud> {
  /** What a caller configures as the base address of each cloud. */
  readonly urls: Readonly<Record<keyof Credentials & CloudName, string>>;
  /** What a caller configures to be let in. They open nothing but this emulator. */
  readonly credentials: Credentials;
  readonly clock: {
    /** Epoch milliseconds of the clouds' time. */
    readonly now: () => number;
    /** Lets time pass at once: everything due on the way happens, in order, before this returns. */
    readonly advance: (ms: number) => void;
  };
  readonly faults: {
    /** Arms faults. Each is independent; faults on the wire hit in the order they were added, one per call. */
    readonly add: (...faults: readonly Fault[]) => void;
    /** Disarms everything and opens closed ports again. */
    readonly clear: () => Promise<void>;
    /** What is still armed. */
    readonly list: () => readonly Fault[];
  };
  /** Makes something happen that no call asked for, such as `event("vast", "outbid", { id })`. @throws RangeError for one unknown. */
  readonly event: (cloud: keyof Credentials & CloudName, name: string, argument?: EventArgument) => void;
  /** The machines that cost money now. */
  readonly bill: () => readonly BillRow[];
  /** Every machine that was ever created. */
  readonly machines: () => readonly MachineRecord[];
  /** Every request so far, oldest first. */
  readonly requests: () => readonly RequestRecord[];
  /** Back to the first moment: no machines, faults, requests or timers. The ports and the time stay. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export type CloudMakers<Credentials extends CredentialsByCloud> = {
  readonly [Name in keyof Credentials & CloudName]: (
    context: CloudContext,
  ) => Cloud<NonNullable<Credentials[Name]>>;
};

/** Serves clouds on a port each. */
export async function startClouds<Credentials extends CredentialsByCloud>(
  makers: CloudMakers<Credentials>,
  options: KitOptions = {},
): Promise<Kit<Credentials>> {
  type Name = keyof Credentials & CloudName;
  const { seed = 1, host = "127.0.0.1" } = options;
  const names = Object.keys(makers) as Name[];
  const clock = createClock({
    kind: options.clock ?? "real",
    speed: options.speed ?? 1,
    startAt: options.startAt ?? Date.now(),
  });
  const faults = createFaultBook(createRandom(seedFor(seed, "faults")));
  const requests: RequestRecord[] = [];
  const clouds = new Map<Name, Cloud>();
  const servers = new Map<Name, CloudServer>();
  const reopening = new Set<NodeJS.Timeout>();

  function build(): void {
    for (const name of names) {
      const origin = () => servers.get(name)?.origin() ?? "";
      clouds.set(name, makers[name]({ clock, random: createRandom(seedFor(seed, name)), origin }));
    }
  }

  function cloudNamed(name: Name): Cloud {
    const cloud = clouds.get(name);
    if (cloud === undefined) throw new RangeError(`no such cloud: ${name}`);
    return cloud;
  }

  function addFault(fault: Fault): void {
    const mistake = faultMistake(fault);
    if (mistake !== undefined) throw new RangeError(mistake);
    if (fault.fault === "refuse") refuse(fault.cloud, fault.forMs);
    else faults.add(fault);
  }

  function refuse(cloud: Fault["cloud"], forMs: number | undefined): void {
    const hit = names
      .filter((name) => cloud === "*" || cloud === name)
      .flatMap((name) => servers.get(name) ?? []);
    for (const server of hit) server.refuse();
    if (forMs === undefined) return;
    const timer = setTimeout(() => {
      reopening.delete(timer);
      for (const server of hit) void server.listen();
    }, forMs);
    reopening.add(timer);
  }

  function stopReopening(): void {
    for (const timer of reopening) clearTimeout(timer);
    reopening.clear();
  }

  async function clearFaults(): Promise<void> {
    faults.clear();
    stopReopening();
    await Promise.all([...servers.values()].map((server) => server.listen()));
  }

  async function reset(): Promise<void> {
    await clearFaults();
    clock.clear();
    requests.length = 0;
    build();
  }

  async function close(): Promise<void> {
    stopReopening();
    clock.clear();
    await Promise.all([...servers.values()].map((server) => server.close()));
  }

  const controlled: Controlled = {
    bill: () => [...clouds.values()].flatMap((cloud) => cloud.bill()),
    machines: () => [...clouds.values()].flatMap((cloud) => cloud.machines()),
    requests: () => [...requests],
    now: clock.now,
    advance: clock.advance,
    addFault,
    clearFaults,
    faults: faults.list,
    event(cloud, name, argument) {
      // The control API passes any string; an unknown cloud is the RangeError of cloudNamed.
      const happen = cloudNamed(cloud as Name).events?.[name];
      if (happen === undefined) throw new RangeError(`${cloud} has no event called ${name}`);
      happen(argument);
    },
    state: () => ({
      now: clock.now(),
      clouds: Object.fromEntries([...clouds].map(([name, cloud]) => [name, cloud.state?.() ?? {}])),
    }),
    reset,
  };
  const control = createControl(controlled);

  for (const name of names) {
    servers.set(
      name,
      createCloudServer({
        host,
        port: options.ports?.[name] ?? 0,
        cloud: () => cloudNamed(name),
        clock,
        slowCallsPass: options.clock === "manual" && options.slowCalls !== "hold",
        faults,
        random: createRandom(seedFor(seed, `rows ${name}`)),
        record: (record) => requests.push(record),
        control,
      }),
    );
  }
  build();
  try {
    for (const server of servers.values()) await server.listen();
  } catch (error) {
    await close();
    throw error;
  }

  const urls = Object.fromEntries(
    names.map((name) => [name, `${servers.get(name)?.origin() ?? ""}${cloudNamed(name).basePath}`]),
  ) as Record<Name, string>;

  // Every name of `makers` has a cloud, made by the maker that promises these credentials.
  const credentials = Object.fromEntries(
    names.map((name) => [name, cloudNamed(name).credentials]),
  ) as unknown as Credentials;

  return {
    urls,
    credentials,
    clock: { now: clock.now, advance: clock.advance },
    faults: {
      add: (...added) => {
        for (const fault of added) addFault(fault);
      },
      clear: clearFaults,
      list: faults.list,
    },
    event: (cloud, name, argument = {}) => controlled.event(cloud, name, argument),
    bill: controlled.bill,
    machines: controlled.machines,
    requests: controlled.requests,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}
