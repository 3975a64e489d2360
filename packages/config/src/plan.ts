import { isComputeError } from "@gpuport/core";
import { type AdapterSources, loadAdapter } from "./adapters.ts";
import { withCredentials } from "./credentials.ts";
import { type General, strayBudgets, withGeneral } from "./general.ts";
import type { Place, Problem } from "./problems.ts";
import type { Environment } from "./references.ts";
import { configurationSchema, problemsOf, providerSchema } from "./schema.ts";
import { nearest, suggestion } from "./suggest.ts";
import type { AnyAdapter } from "./types.ts";

/** What one provider is opened with. */
export interface Plan {
  readonly name: string;
  readonly adapter: AnyAdapter;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A checked configuration. The plans are good only where there are no problems. */
export interface Planned {
  readonly plans: readonly Plan[];
  readonly problems: readonly Problem[];
}

/** What a configuration is checked with. */
export interface PlanContext extends AdapterSources {
  readonly environment: Environment;
  readonly providers?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** Checks a configuration whose references are filled in, and loads the adapters that it names. */
export async function plan(content: unknown, context: PlanContext): Promise<Planned> {
  if (!isRecord(content))
    return { plans: [], problems: [{ place: [], message: "must be a mapping with providers" }] };
  const problems = [...problemsOf(configurationSchema, content, [])];
  const providers = isRecord(content["providers"]) ? content["providers"] : {};
  const names = Object.keys(providers);
  if (names.length === 0) problems.push({ place: ["providers"], message: "names no provider" });
  for (const name of Object.keys(context.providers ?? {})) {
    if (names.includes(name)) continue;
    const message = `the overrides are for a provider that is not configured${suggestion(name, names)}`;
    problems.push({ place: ["providers", name], message });
  }
  problems.push(...strayBudgets(content["budgets"], names, ["budgets"]));
  // Held to its schema by now, or no plan is good.
  const general: General = problems.length === 0 ? content : {};
  const planned = await Promise.all(
    names.map(async (name): Promise<Planned> => {
      const configured = providers[name];
      if (!isRecord(configured)) return { plans: [], problems: [] }; // said above
      const options = { ...configured, ...context.providers?.[name] };
      const stray = strayBudgets(options["budgets"], names, ["providers", name, "budgets"]);
      const { plans, problems } = await planOne(name, options, general, context);
      return { plans, problems: [...problems, ...stray] };
    }),
  );
  return {
    plans: planned.flatMap(({ plans }) => plans),
    problems: [...problems, ...planned.flatMap((one) => one.problems)],
  };
}

async function planOne(
  name: string,
  configured: Readonly<Record<string, unknown>>,
  general: General,
  context: PlanContext,
): Promise<Planned> {
  const place: Place = ["providers", name];
  const adapter = await loadAdapter(configured["adapter"], context).catch((error: unknown) =>
    toProblem(error, place),
  );
  if ("place" in adapter) return { plans: [], problems: [withMistyped(adapter, configured)] };

  const found = problemsOf(providerSchema(adapter), configured, place);
  const { adapter: _, ...own } = configured;
  const { options, missing } = withCredentials(adapter, own, context.environment);
  const problems = [...found];
  if (missing !== undefined) problems.push({ place: [...place, missing.option], message: missing.message });
  if (problems.length > 0) return { plans: [], problems };
  return { plans: [{ name, adapter, options: withGeneral(general, options) }], problems };
}

/** A missing `adapter` is often one that is spelled otherwise. */
function withMistyped(problem: Problem, configured: Readonly<Record<string, unknown>>): Problem {
  const near = Object.hasOwn(configured, "adapter") ? undefined : nearest("adapter", Object.keys(configured));
  return near === undefined ? problem : { ...problem, message: `missing; did you mean it by ${near}?` };
}

/** An error of the configuration, at its place in it. Anything else is thrown on. */
export function toProblem(error: unknown, place: Place): Problem {
  if (!isComputeError(error)) throw error;
  const path = error.field === undefined || error.field === "" ? [] : error.field.split(".");
  // The place says it already, and better.
  const prefix = `${error.provider === undefined ? "" : `${error.provider}: `}${error.field ?? ""}: `;
  const message = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  return { place: [...place, ...path], message, cause: error.cause };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
