import { ComputeError, type ComputeProvider, isComputeError } from "@gpuport/core";
import type { DependencyContainer } from "tsyringe";
import { composeProvider, composeShared, tokens } from "./container.ts";
import { credentialsOf } from "./credentials.ts";
import { configurationOfEnvironment } from "./from-environment.ts";
import { type LoadedJournal, loadJournal } from "./journal.ts";
import { isRecord, type Plan, plan, toProblem } from "./plan.ts";
import { configurationError, type Problem } from "./problems.ts";
import { findFile, fromObject, readSource, type Source } from "./read.ts";
import { type Environment, resolveReferences } from "./references.ts";
import { suggestion } from "./suggest.ts";
import type { Configuration, OpenOverrides, Providers } from "./types.ts";

/**
 * Opens the providers of a configuration: an object, or the path of a YAML, JSON, JavaScript or TypeScript file.
 * Without one, a `gpuport.yaml`, `gpuport.yml` or `gpuport.json` in the working directory, and without that every cloud
 * whose credentials are in the environment. Sends nothing.
 *
 * @example
 * await using providers = await openProviders("gpuport.yaml");
 * const instance = await providers.get("market").launch({ gpu: { model: "rtx-4090" }, image: "pytorch" });
 *
 * @throws `invalid_config` naming every place that is wrong; `field` is the first, `providers.market.apiKey`.
 */
export async function openProviders(
  configuration?: string | Configuration,
  overrides: OpenOverrides = {},
): Promise<Providers> {
  return (await openConfigured(configuration, overrides)).providers;
}

/** Opened providers, and what is known of their journal. */
export interface Opened {
  readonly providers: Providers;
  /** The configuration names a journal that outlives this process. */
  readonly lasting: boolean;
}

/** As {@link openProviders}. */
export async function openConfigured(
  configuration: string | Configuration | undefined,
  overrides: OpenOverrides,
): Promise<Opened> {
  const environment = overrides.env ?? process.env;
  const source = await sourceOf(configuration, overrides, environment);
  const content = withoutReplaced(source.content, overrides);
  const { value, problems: unresolved, secrets } = resolveReferences(content, environment);
  const planned = await plan(value, {
    ...{ environment, directory: source.directory },
    ...{ adapters: overrides.adapters, providers: overrides.providers },
  });
  const loaded = await loadJournal(isRecord(value) ? value["journal"] : undefined, source.directory);
  const hidden = [...secrets, ...loaded.secrets, ...planned.plans.flatMap(credentialsOf)];
  const fail = (problems: readonly Problem[]): ComputeError => configurationError(problems, source, hidden);
  const problems = [...unresolved, ...planned.problems, ...loaded.problems];
  if (problems.length > 0) {
    await loaded.journal?.close?.();
    throw fail(problems);
  }
  const providers = await openAll(planned.plans, overrides, loaded, fail);
  return { providers, lasting: loaded.lasting };
}

/** Helps an editor with a configuration in code; returns it as it is. */
export function defineConfig<const Given extends Configuration>(configuration: Given): Given {
  return configuration;
}

async function sourceOf(
  configuration: unknown,
  { directory = process.cwd(), adapters }: OpenOverrides,
  environment: Environment,
): Promise<Source> {
  const path = configuration ?? findFile(directory);
  if (typeof path === "string") return readSource(path, directory);
  return fromObject(path ?? (await configurationOfEnvironment(environment, adapters)), directory);
}

/** What an override replaces is not looked at, so the variables in it need not be set. */
function withoutReplaced(content: unknown, { journal, providers: replaced = {} }: OpenOverrides): unknown {
  if (!isRecord(content)) return content;
  const rest = journal === undefined ? content : { ...content, journal: undefined };
  if (!isRecord(content["providers"])) return rest;
  const providers = Object.entries(content["providers"]).map(([name, options]) => {
    const over = Object.hasOwn(replaced, name) ? replaced[name] : undefined;
    if (over === undefined || !isRecord(options)) return [name, options];
    return [
      name,
      Object.fromEntries(Object.entries(options).filter(([option]) => !Object.hasOwn(over, option))),
    ];
  });
  return { ...rest, providers: Object.fromEntries(providers) };
}

/** Opens everything, so that whatever is wrong shows now and not at the first launch. */
async function openAll(
  plans: readonly Plan[],
  overrides: OpenOverrides,
  { journal: configured }: LoadedJournal,
  fail: (problems: readonly Problem[]) => ComputeError,
): Promise<Providers> {
  const shared = composeShared({ ...overrides, journal: overrides.journal ?? configured });
  const journal = shared.resolve(tokens.journal);
  const containers = [shared];
  const opened = new Map<string, ComputeProvider>();
  const problems: Problem[] = [];
  const dispose = async (): Promise<void> => {
    opened.clear();
    for (const container of containers.splice(0).reverse()) await container.dispose();
    await configured?.close?.();
  };

  try {
    for (const one of plans) {
      const container = composeProvider(shared, one, overrides.configure);
      containers.push(container);
      const provider = tryToOpen(container, one.name);
      if ("place" in provider) problems.push(provider);
      else opened.set(one.name, provider);
    }
    if (problems.length > 0) throw fail(problems);
  } catch (error) {
    await dispose();
    throw error;
  }

  let disposed: Promise<void> | undefined;
  return {
    names: plans.map(({ name }) => name),
    journal,
    get(name) {
      const provider = opened.get(name);
      if (provider !== undefined) return provider;
      const why =
        disposed === undefined ? `no such provider${suggestion(name, [...opened.keys()])}` : "disposed of";
      const field = `providers.${name}`;
      throw new ComputeError({ code: "invalid_config", field, message: `${field}: ${why}` });
    },
    [Symbol.iterator]() {
      if (disposed === undefined) return opened.values();
      // Nothing to do for nobody would look like nothing left to do.
      throw new ComputeError({ code: "invalid_config", message: "the providers are disposed of" });
    },
    [Symbol.asyncDispose]: () => (disposed ??= dispose()),
  };
}

function tryToOpen(container: DependencyContainer, name: string): ComputeProvider | Problem {
  const place = ["providers", name];
  try {
    return container.resolve(tokens.provider);
  } catch (error) {
    if (isComputeError(error)) return toProblem(error, place);
    // A mistake of the adapter or of a factory in `configure`. Its words may hold anything, so they stay in the cause.
    return { place, message: "the adapter failed to open", cause: error };
  }
}
