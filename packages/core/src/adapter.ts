import type * as z from "zod";
import { systemClock } from "./clock.ts";
import type { AdapterTables, ComputeDriver, DriverContext, LaunchSupport } from "./driver.ts";
import { describeAlternatives, type EnvironmentNames, withEnvironment } from "./environment.ts";
import { ComputeError, isComputeError } from "./errors.ts";
import type { Endpoint, ProviderFacts, Timing } from "./facts.ts";
import { createApi } from "./http/client.ts";
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

/** Makes the function that users call from what an adapter package says of its cloud. */
export function defineAdapter<
  Options extends z.ZodObject,
  LaunchOptions extends z.ZodType,
  Names extends string,
  Driver extends ComputeDriver<z.output<LaunchOptions>>,
>(
  definition: AdapterDefinition<Options, LaunchOptions, Names, Driver>,
): Adapter<Options, ProviderOf<Driver>> {
  const alternatives = Array.isArray(definition.env) ? definition.env : [definition.env];

  function open(input: Partial<z.input<Options>> & CommonOptions = {}): ProviderOf<Driver> {
    const { common, own } = asConfig(definition.id, () => splitOptions(definition, alternatives, input));
    const name = common.name ?? definition.id;
    const clock = common.clock ?? systemClock;
    const tables = asConfig(definition.id, () => overriddenTables(definition.tables, common));
    const facts = factsOf(definition.facts, tables.endpoints, common.facts);
    const secrets = secretsIn(own);
    const driver = definition.connect(own, {
      facts,
      tables,
      clock,
      http: (options) =>
        createApi<Names>(
          { ...options, endpoints: tables.endpoints },
          {
            ...{ provider: name, clock, secrets },
            fetch: common.fetch,
            requestTimeoutMs: facts.requestTimeoutMs,
            maxResponseBytes: common.maxResponseBytes ?? defaultMaxResponseBytes,
          },
        ),
    });
    return provide(driver, {
      ...{ name, adapter: definition.id, facts, clock },
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

  const { id, specVersion, options, facts, tables } = definition;
  return Object.assign(open, { ...{ id, specVersion, options, facts, tables }, env: alternatives });
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
  const { bills, ...rest } = overrides ?? {};
  const rows = Object.entries(endpoints);
  return {
    ...timing,
    ...definedOnly(rest),
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
