import { type EnvironmentNames, Secret, withEnvironment } from "@gpuport/core";
import type { Plan } from "./plan.ts";
import type { Environment } from "./references.ts";
import type { AnyAdapter } from "./types.ts";

/** Options with the credentials that were left out taken from the environment. */
export interface Credentials {
  readonly options: Readonly<Record<string, unknown>>;
  /** The option that nobody gave, where no way to log in is complete. */
  readonly missing?: { readonly option: string; readonly message: string } | undefined;
}

/**
 * Fills in credentials as the adapter itself would, but from the environment that the application chose, so that the
 * adapter finds nothing left to look up.
 */
export function withCredentials(
  { env: alternatives }: Pick<AnyAdapter, "env">,
  given: Readonly<Record<string, unknown>>,
  environment: Environment,
): Credentials {
  const options = withEnvironment(given, alternatives, environment);
  const open = (names: EnvironmentNames): readonly string[] =>
    Object.keys(names).filter((option) => options[option] === undefined);
  if (alternatives.length === 0 || alternatives.some((names) => open(names).length === 0)) return { options };
  // Whoever gave a username means to log in with a password.
  const begun = alternatives.find((names) => open(names).length < Object.keys(names).length);
  const option = open(begun ?? alternatives[0] ?? {})[0] ?? "";
  return { options, missing: { option, message: `missing; give ${describeAlternatives(alternatives)}` } };
}

/** The values of a provider's credentials, wherever they came from: not to be shown. */
export function credentialsOf({ adapter, options }: Plan): readonly string[] {
  const values = adapter.env.flatMap(Object.keys).map((option) => options[option]);
  return values
    .map((value) => (value instanceof Secret ? value.reveal() : value))
    .filter((value) => typeof value === "string");
}

/** What to configure or set, for a message: `apiKey (VAST_API_KEY)`. */
export function describeAlternatives(alternatives: readonly EnvironmentNames[]): string {
  const one = (names: EnvironmentNames): string =>
    Object.entries(names)
      .map(([option, variable]) => `${option} (${variable})`)
      .join(" and ");
  return alternatives.map(one).join(", or ");
}
