import { ComputeError, withEnvironment } from "@gpuport/core";
import { knownAdapters, loadKnown, packageOf } from "./adapters.ts";
import { describeAlternatives } from "./credentials.ts";
import type { Environment } from "./references.ts";
import type { AnyAdapter, Configuration } from "./types.ts";

/**
 * A provider for every known cloud that the environment has credentials of, named as its adapter.
 *
 * @throws `invalid_config` saying which variables would do, when there are none.
 */
export async function configurationOfEnvironment(
  environment: Environment,
  given: Readonly<Record<string, AnyAdapter>> = {},
): Promise<Configuration> {
  const found: { readonly name: string; readonly adapter: AnyAdapter }[] = [];
  const absent: string[] = [];
  for (const name of knownAdapters) {
    const adapter = Object.hasOwn(given, name) ? given[name] : await loadKnown(name);
    if (adapter === undefined) absent.push(packageOf(name));
    else found.push({ name, adapter });
  }
  const usable = found.filter(({ adapter }) => hasCredentials(adapter, environment));
  if (usable.length > 0) {
    return { providers: Object.fromEntries(usable.map(({ name }) => [name, { adapter: name }])) };
  }
  const message = [
    "there is no gpuport.yaml, gpuport.yml or gpuport.json, and no credentials are in the environment:",
    ...found.map(({ name, adapter }) => `- ${name}: ${describeAlternatives(adapter.env)}`),
    ...absent.map((name) => `- ${name} is not installed`),
  ];
  throw new ComputeError({ code: "invalid_config", message: message.join("\n") });
}

function hasCredentials({ env }: AnyAdapter, environment: Environment): boolean {
  const filled = withEnvironment({}, env, environment);
  return env.some((names) => {
    const options = Object.keys(names);
    return options.length > 0 && options.every((option) => filled[option] !== undefined);
  });
}
