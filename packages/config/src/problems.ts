import { basename } from "node:path";
import { ComputeError, redact } from "@gpuport/core";

/** Where in a configuration: `["providers", "market", "apiKey"]`. */
export type Place = readonly PropertyKey[];

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly place: Place;
  readonly message: string;
  readonly cause?: unknown;
}

/** What is needed to say where in a file a place is. */
export interface Located {
  readonly file?: string | undefined;
  readonly locate: (place: Place) => string | undefined;
}

/**
 * One `invalid_config` for all of them: `field` is the place of the first, the message names every place, and `cause`
 * holds an error for each when there are several. The values of variables do not show, whoever wrote the message.
 */
export function configurationError(
  problems: readonly Problem[],
  located: Located,
  secrets: Iterable<string> = [],
): ComputeError {
  const hidden = [...secrets];
  const errors = firstOfEachPlace(problems).map((problem) => toError(problem, located, hidden));
  const [first, ...others] = errors;
  if (first !== undefined && others.length === 0) return first;
  const lines = errors.map(({ message }) => `- ${message}`);
  return new ComputeError({
    code: "invalid_config",
    message: `${errors.length} things are wrong in the configuration:\n${lines.join("\n")}`,
    field: first?.field,
    provider: first?.provider,
    cause: new AggregateError(errors),
  });
}

function toError(
  { place, message, cause }: Problem,
  located: Located,
  hidden: readonly string[],
): ComputeError {
  const field = place.map(String).join(".");
  const position = located.locate(place);
  const file = located.file === undefined ? undefined : basename(located.file);
  const where = [file, position].filter((part) => part !== undefined).join(":");
  const text = [where, field, redact(message, hidden)].filter((part) => part !== "").join(": ");
  return new ComputeError({
    code: "invalid_config",
    message: text,
    field: field === "" ? undefined : field,
    provider: place[0] === "providers" && place[1] !== undefined ? String(place[1]) : undefined,
    cause,
  });
}

/** What is said first of a place is the reason for what is said next. */
function firstOfEachPlace(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = JSON.stringify(problem.place.map(String));
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}
