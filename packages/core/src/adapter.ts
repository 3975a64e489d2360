import type * as z from "zod";
import { sharedByAccount } from "./accounts.ts";
import { systemClock } from "./clock.ts";
import type { AdapterTables, ComputeDriver, DriverContext, LaunchSupport } from "./driver.ts";
import { describeAlternatives, type EnvironmentNames, withEnvironment } from "./environment.ts";
import { ComputeError, isComputeError } from "./errors.ts";
import type { Endpoint, ProviderFacts, Timing } from "./facts.ts";
import { createApi } from "./http/client.ts";
import { createGate, type Gate } from "./http/gate.ts";
import { memoryJournal } from "./journal/memory.ts";
import {
  type CommonOptions,
  commonOptionsSchema,
  definedOnly,
  launchDefaultsSchema,
  overriddenTables,
} from "./options.ts";
import { parseOrRefuse } from "./prepare.ts";
import { provide } from "./provide.ts";
import type { ProviderOf } from "./provider.ts";
import { secretsIn } from "./secret.ts";
import { checkVersion, isCurrent, toCurrentVersion } from "./spec-version.ts";
import { createPoller, type Poller } from "./watching/poller.ts";

/** What an adapter package says of its cloud. */
export interface AdapterDefinition<
  Options extends z.ZodObject,
  LaunchOptions extends z.ZodType,
  Names extends string,
  Driver extends ComputeDriver<z.output<LaunchOptions>>,
> {
  /** Written in people's configuration, lower case, and never changed. */
  readonly id: string;
  readonly specVersion: 1;
  /** The adapter's own options: a strict object; credentials are `secretSchema`. */
  readonly options: Options;
  /** The variables behind the credentials: one way to log in, or several, best first. */
  readonly env: EnvironmentNames | readonly EnvironmentNames[];
  readonly facts: Timing;
  readonly tables: AdapterTables<Names>;
  readonly launch: LaunchSupport<LaunchOptions>;
  readonly connect: (options: z.output<Options>, context: DriverContext<Names>) => Driver;
}

/** An adapter: the function that users call, and what the definition says, for tools. */
export interface Adapter<Options extends z.ZodObject = z.ZodObject, Provider = unknown> {
  /**
   * Opens a provider. Sends nothing. Credentials that are left out come from the environment.
   *
   * @throws `invalid_config` naming the option that is wrong or missing.
   */
  (options?: Partial<z.input<Options>> & CommonOptions): Provider;
  readonly id: string;
  readonly specVersion: 1;
  readonly options: Options;
  readonly env: readonly EnvironmentNames[];
  readonly facts: Timing;
  readonly tables: AdapterTables;
}

const defaultMaxResponseBytes = 32 * 2 ** 20;

/**
 * Where an adapter keeps its definition, for another copy of this package. It is not copied with the other properties, so
 * a function that somebody has put around an adapter has none, and is called as it is.
 */
const definitionKey = Symbol.for("gpuport.adapterDefinition");
type AnyDefinition = AdapterDefinition<z.ZodObject, z.ZodType<never>, string, ComputeDriver<never>>;

/** The adapters that this copy of the package has made. */
const made = new WeakSet<object>();

/**
 * The adapter, run by this copy of the package: itself if it was made here, and made again of its definition if another
 * copy made it, of this version of the interface or of the one before. So there is one core around every driver, and what
 * looks after machines reaches every provider.
 *
 * @param called What the adapter is called in an error.
 * @throws `invalid_config` for a version that this core cannot run.
 */
export function adoptAdapter<Given extends Pick<Adapter, "id"> & { readonly specVersion: number }>(
  adapter: Given,
  called: string = `the adapter ${adapter.id}`,
): Given {
  checkVersion(adapter.specVersion, called);
  const definition: unknown = Reflect.get(adapter, definitionKey);
  if (isCurrent(adapter) && (definition === undefined || made.has(adapter))) return adapter;
  if (definition !== undefined) {
    return defineAdapter(toCurrentVersion(definition as AnyDefinition)) as unknown as Given; // what defineAdapter kept
  }
  const message = `${called} is written for version ${adapter.specVersion} of the adapter interface and was not made with defineAdapter`;
  throw new ComputeError({ code: "invalid_config", field: "adapter", message });
}

/** Makes the function that users call from what an adapter package says of its cloud. */
export function defineAdapter<
  Options extends z.ZodObject,
  LaunchOptions extends z.ZodType,
  Names extends string,
  Driver extends ComputeDriver<z.output<LaunchOptions>>,
>(given: AdapterDefinition<Options, LaunchOptions, Names, Driver>): Adapter<Options, ProviderOf<Driver>> {
  const { id, specVersion, options, facts, tables } = given;
  const alternatives = Array.isArray(given.env) ? given.env : [given.env];

  function open(input: Partial<z.input<Options>> & CommonOptions = {}): ProviderOf<Driver> {
    checkVersion(specVersion, `the adapter ${id}`);
    const definition = toCurrentVersion(given);
    const { common, own } = asConfig(definition.id, () => splitOptions(definition, alternatives, input));
    const name = common.name ?? definition.id;
    const clock = common.clock ?? systemClock;
    const tables = asConfig(definition.id, () => overriddenTables(definition.tables, common));
    const facts = factsOf(definition.facts, tables.endpoints, common.facts);
    const secrets = secretsIn(own);
    const account = accountOf(definition.id, own, alternatives);
    const gate = common.gate ?? gateOf(clock, account, () => createGate(clock));
    const driver = definition.connect(own, {
      facts,
      tables,
      clock,
      http: (options) =>
        createApi<Names>(
          { ...options, endpoints: tables.endpoints },
          {
            ...{ provider: name, clock, secrets, gate },
            fetch: common.fetch,
            requestTimeoutMs: facts.requestTimeoutMs,
            maxResponseBytes: common.maxResponseBytes ?? defaultMaxResponseBytes,
            rateLimit: facts.rateLimit,
          },
        ),
    });
    // Who reads the same account in another way has a poller of its own.
    const way = JSON.stringify([account, Object.entries(own), facts, tables, fetchNumber(common.fetch)]);
    const poller = pollerOf(clock, way, () => createPoller({ driver, timing: facts, clock }));
    return provide(driver, {
      ...{ name, adapter: definition.id, facts, clock, poller },
      support: definition.launch,
      journal: common.journal ?? memoryJournal(),
      owner: common.owner ?? "",
      budgets: common.budgets ?? [],
      requireLease: common.requireLease ?? false,
      images: common.images ?? {},
      defaults: asConfig(definition.id, () =>
        parseOrRefuse(launchDefaultsSchema, common.defaults ?? {}, "defaults"),
      ),
      createTimeoutMs: createTimeoutMs(tables.endpoints, facts),
    });
  }

  made.add(open);
  Object.defineProperty(open, definitionKey, { value: given });
  return Object.assign(open, { ...{ id, specVersion, options, facts, tables }, env: alternatives });
}

const gateOf = sharedByAccount<Gate>();
const pollerOf = sharedByAccount<Poller>();

const fetches = new WeakMap<object, number>();
let fetchCount = 0;

/** Tells one caller's `fetch` from another's. */
function fetchNumber(fetch: object | undefined): number {
  if (fetch === undefined) return 0;
  const number = fetches.get(fetch) ?? ++fetchCount;
  fetches.set(fetch, number);
  return number;
}

function splitOptions<Options extends z.ZodObject>(
  definition: { readonly id: string; readonly options: Options },
  alternatives: readonly EnvironmentNames[],
  input: object,
): { readonly common: z.output<typeof commonOptionsSchema>; readonly own: z.output<Options> } {
  const common: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(input)) {
    (Object.hasOwn(commonOptionsSchema.shape, option) ? common : own)[option] = value;
  }
  const filled = withEnvironment(definedOnly(own), alternatives);
  const complete = alternatives.some((names) =>
    Object.keys(names).every((option) => filled[option] !== undefined),
  );
  if (!complete && alternatives.some((names) => Object.keys(names).length > 0)) {
    const missing = alternatives.flatMap(Object.keys).find((option) => filled[option] === undefined) ?? "";
    const message = `${missing}: missing; give ${describeAlternatives(alternatives)}`;
    throw new ComputeError({ code: "invalid_config", field: missing, message });
  }
  return {
    common: parseOrRefuse(commonOptionsSchema, definedOnly(common), ""),
    own: parseOrRefuse(definition.options, filled, ""),
  };
}

/** Who calls where: the options that log in, and the address. Never shown; it holds the credentials. */
function accountOf(id: string, own: object, alternatives: readonly EnvironmentNames[]): string {
  const names = new Set(["baseUrl", ...alternatives.flatMap(Object.keys)]);
  const given = Object.entries(own).filter(([option]) => names.has(option));
  return JSON.stringify([id, ...given, ...secretsIn(own)]);
}

/** What is wrong with an option is the configuration's fault, and is named with the adapter. */
function asConfig<Result>(adapter: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!isComputeError(error)) throw error;
    throw error.with({ code: "invalid_config", provider: adapter, message: `${adapter}: ${error.message}` });
  }
}

function factsOf(
  timing: Timing,
  endpoints: Readonly<Record<string, Endpoint>>,
  overrides: z.output<typeof commonOptionsSchema>["facts"],
): ProviderFacts {
  const { bills, rateLimit = timing.rateLimit, ...rest } = overrides ?? {};
  const rows = Object.entries(endpoints);
  return {
    ...timing,
    ...definedOnly(rest),
    rateLimit: rateLimit ?? undefined,
    bills: { ...timing.bills, ...definedOnly(bills ?? {}) },
    rateLimits: Object.fromEntries(
      rows.flatMap(([name, { limit }]) => (limit === undefined ? [] : [[name, limit]])),
    ),
    evidence: Object.fromEntries(rows.map(([name, { evidence }]) => [name, evidence])),
  };
}

/** How long a create may be on its way: what its endpoint says, or any request. */
function createTimeoutMs(endpoints: Readonly<Record<string, Endpoint>>, facts: ProviderFacts): number {
  return endpoints["instance.create"]?.timeoutMs ?? facts.requestTimeoutMs;
}
