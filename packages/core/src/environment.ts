/** Variables that stand behind options: `{ apiKey: "VAST_API_KEY" }`. */
export type EnvironmentNames = Readonly<Record<string, string>>;

/**
 * Fills credentials that were not given from the environment. Each alternative is a complete way to log in; the first
 * that can be completed wins, and one that contradicts what was given is never mixed in: whoever passes a password does
 * not get another account's token.
 */
export function withEnvironment(
  given: Readonly<Record<string, unknown>>,
  alternatives: readonly EnvironmentNames[],
  environment: Readonly<Record<string, string | undefined>> = processEnvironment(),
): Record<string, unknown> {
  const names = new Set(alternatives.flatMap((alternative) => Object.keys(alternative)));
  const explicit = [...names].filter((name) => given[name] !== undefined);
  for (const alternative of alternatives) {
    if (!explicit.every((name) => Object.hasOwn(alternative, name))) continue;
    const filled: Record<string, unknown> = { ...given };
    for (const [option, variable] of Object.entries(alternative))
      filled[option] ??= environment[variable] || undefined;
    if (Object.keys(alternative).every((option) => filled[option] !== undefined)) return filled;
  }
  return { ...given };
}

/** What to set or pass, for a message. */
export function describeAlternatives(alternatives: readonly EnvironmentNames[]): string {
  const one = (names: EnvironmentNames): string =>
    Object.entries(names)
      .map(([option, variable]) => `${option} (${variable})`)
      .join(" and ");
  return alternatives.map(one).join(", or ");
}

/** The one place that reads the environment; empty where there is none. */
function processEnvironment(): Readonly<Record<string, string | undefined>> {
  const host: { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } } =
    globalThis;
  return host.process?.env ?? {};
}
