import type { Clock, ComputeProvider, Instance, LaunchRequest } from "@gpuport/core";
import type { Means, Samples } from "./bench.ts";
import { endForSure } from "./claims.ts";
import type { Exchange } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import type { Landmarks } from "./landmarks.ts";
import { unverified } from "./outcome.ts";
import type { Spending } from "./spending.ts";
import type { Stage } from "./stage.ts";
import type { Injection, Tap } from "./tap.ts";

/** What a request is for. `read`: of a list or of one machine. */
export type Role = "create" | "terminate" | "list" | "describe" | "read";

/** What a case works with. A member that the bench has not ends the case as unverified, saying so. */
export interface CaseContext {
  readonly provider: ComputeProvider;
  /** Opens another provider on the same cloud, as another process would. */
  readonly open: (more?: Partial<Means>) => ComputeProvider;
  /** A provider that gives up on a silent server within milliseconds. */
  readonly hasty: () => ComputeProvider;
  readonly stranger: ComputeProvider;
  readonly request: LaunchRequest;
  readonly unknownId: string;
  readonly machines: () => Promise<number>;
  /** Launches a machine that is given back when the case ends, however it ends. */
  readonly rent: (more?: LaunchRequest) => Promise<Instance>;
  /** The same, and waits until it runs. */
  readonly rentRunning: (more?: LaunchRequest) => Promise<Instance>;
  /** A machine that is to be given back although the case did not rent it with `rent`. */
  readonly owns: (id: string, provider?: ComputeProvider) => void;
  readonly tap: Tap;
  readonly clock: Clock;
  /** Lets the server's time pass. */
  readonly pass: (ms: number) => Promise<void>;
  readonly landmarks: () => Promise<Landmarks>;
  /** Whether a request has this role. */
  readonly isFor: (role: Role) => Promise<(exchange: Exchange) => boolean>;
  /** Spoils requests of a role. Returns how many it has hit so far. */
  readonly inject: (
    role: Role,
    fault: Fault,
    more?: Pick<Injection, "times" | "skip">,
  ) => Promise<() => number>;
  readonly samples: Samples;
  /** Opens the provider without credentials, while only these variables are set. */
  readonly openWith: (variables: Readonly<Record<string, string>>) => ComputeProvider;
  /** The variables with which {@link CaseContext.openWith} can log in. */
  readonly variables: Readonly<Record<string, string>>;
  /** Values that must never show. */
  readonly secrets: readonly string[];
}

/** What lives as long as a whole run. */
export interface RunMeans {
  /** Learnt once, on a bench of its own. */
  readonly landmarks: () => Promise<Landmarks>;
  readonly spending?: Spending | undefined;
}

/** How long a hasty provider waits for an answer, in real milliseconds. */
const hastyMs = 60;

export interface OpenContext {
  readonly context: CaseContext;
  readonly giveBack: () => Promise<void>;
  /** How many machines the case knows of. */
  readonly rented: () => number;
}

export function openContext(stage: Stage, run: RunMeans): OpenContext {
  const { bench, tap, provider, open, means } = stage;
  const rented = new Map<string, ComputeProvider>();

  async function isFor(role: Role): Promise<(exchange: Exchange) => boolean> {
    const known = await run.landmarks();
    if (role === "list" || role === "describe") return ({ shape }) => known[role].has(shape);
    if (role === "read") return ({ shape }) => known.list.has(shape) || known.describe.has(shape);
    const wanted = known[role];
    if (wanted === undefined)
      return unverified(`the request that serves to ${role} cannot be told from others`);
    return ({ shape }) => shape === wanted;
  }

  async function rent(more: LaunchRequest = {}): Promise<Instance> {
    const instance = await provider.launch({ ...bench.request, ...more });
    owns(instance.id);
    return instance;
  }

  function owns(id: string, by: ComputeProvider = provider): void {
    rented.set(id, by);
    tap.ids.add(id);
  }

  const context: CaseContext = {
    ...{ provider, open, rent, owns, isFor, clock: means.clock, landmarks: run.landmarks },
    request: bench.request ?? {},
    samples: bench.samples ?? {},
    secrets: bench.secrets ?? [],
    get variables() {
      return bench.environment?.variables ?? unverified("the bench opens no provider from the environment");
    },
    openWith(variables) {
      const make = bench.environment?.make ?? unverified("the bench opens no provider from the environment");
      return withVariables(Object.keys(bench.environment?.variables ?? {}), variables, () => make(means));
    },
    hasty() {
      const names = Object.keys(provider.facts.evidence);
      const endpoints = Object.fromEntries(names.map((name) => [name, { timeoutMs: hastyMs }]));
      return open({ facts: { requestTimeoutMs: hastyMs }, endpoints });
    },
    get tap() {
      return bench.blind ? unverified("the kit does not see this provider's requests") : tap;
    },
    get stranger() {
      return bench.stranger?.(means) ?? unverified("the bench opens no provider with a refused credential");
    },
    get unknownId() {
      return bench.unknownId ?? unverified("the bench names no id that was never given out");
    },
    async machines() {
      if (bench.machines === undefined) return unverified("the bench does not count the cloud's machines");
      return bench.machines();
    },
    async rentRunning(more) {
      const { id } = await rent(more);
      return provider.waitFor(id, "running");
    },
    async pass(ms) {
      if (bench.clock === undefined) return unverified("the server's time cannot be moved");
      await bench.clock.sleep(ms);
    },
    async inject(role, fault, more) {
      return tap.inject({ fault, hits: await isFor(role), ...more });
    },
  };

  async function giveBack(): Promise<void> {
    tap.clear();
    for (const [id, by] of rented) await endForSure(by, id);
  }

  return { context, giveBack, rented: () => rented.size };
}

/** Sets variables for as long as `work` takes, and no longer; the others of these names are not there. */
function withVariables<Result>(
  names: readonly string[],
  variables: Readonly<Record<string, string>>,
  work: () => Result,
): Result {
  const before = names.map((name) => [name, process.env[name]] as const);
  try {
    for (const name of names) setVariable(name, variables[name]);
    return work();
  } finally {
    for (const [name, value] of before) setVariable(name, value);
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
