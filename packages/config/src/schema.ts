import { launchRequestSchema, sharedOptionsSchema } from "@gpuport/core";
import * as z from "zod";
import { journalSchema } from "./journal.ts";
import type { Place, Problem } from "./problems.ts";
import { suggestion } from "./suggest.ts";
import type { AnyAdapter } from "./types.ts";

/** Fields of a request that may stand in `defaults`: all but those that are one launch's own. */
const defaultsSchema = z
  .strictObject(launchRequestSchema.shape)
  .omit({ key: true, name: true })
  .describe("Fields of a launch request that hold wherever a request leaves them out");

// A provider is called what its key says.
const { name: _, ...sharedWithoutName } = sharedOptionsSchema.shape;

/** What every provider may have beside its adapter's own options. */
export const sharedShape = { ...sharedWithoutName, defaults: defaultsSchema.optional() };

/** What holds for every provider that does not say otherwise. */
export const generalShape = {
  defaults: sharedShape.defaults,
  owner: sharedShape.owner,
  budgets: sharedShape.budgets,
  requireLease: sharedShape.requireLease,
};

/** The keys beside `providers`, and that there are providers; what is in each is its adapter's matter. */
export const configurationSchema = z.strictObject({
  $schema: z.string().optional().describe("The schema of this file, for editors"),
  providers: z.record(z.string().min(1), z.record(z.string(), z.unknown())).describe("Providers by name"),
  journal: journalSchema.optional(),
  ...generalShape,
});

/**
 * One provider of this adapter. Nothing is required here, because a credential that is left out may come from the
 * environment; what is missing after that, the adapter says.
 */
export function providerSchema({ options, tables }: Pick<AnyAdapter, "options" | "tables">): z.ZodObject {
  const endpoint = sharedShape.endpoints.unwrap().valueType;
  const endpoints = Object.fromEntries(
    Object.keys(tables.endpoints).map((name) => [name, endpoint.optional()]),
  );
  return z.strictObject({
    adapter: z.unknown(),
    ...z.strictObject(options.shape).partial().shape,
    ...sharedShape,
    endpoints: z.strictObject(endpoints).optional(),
  });
}

/** Everything that is wrong with a value, place by place. */
export function problemsOf(schema: z.ZodType, value: unknown, place: Place): readonly Problem[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => toProblems(issue, schema, value, place));
}

function toProblems(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
  place: Place,
): readonly Problem[] {
  const at = [...place, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const keys = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({ place: [...at, key], message: `unknown key${suggestion(key, keys)}` }));
  }
  const meant = meantAlternative(issue, valueAt(value, issue.path));
  if (meant !== undefined) {
    return meant.flatMap((inner) =>
      toProblems({ ...inner, path: [...issue.path, ...inner.path] }, schema, value, place),
    );
  }
  return [{ place: at, message: words(issue) + hint(issue, valueAt(value, issue.path)) }];
}

/** What is wrong with the one alternative that fits but for something inside it. */
function meantAlternative(issue: z.core.$ZodIssue, value: unknown): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== "invalid_union") return undefined;
  const isInside = ({ path }: z.core.$ZodIssue): boolean =>
    path.length > 0 && valueAt(value, path) !== undefined;
  return issue.errors.find((inner) => inner.length > 0 && inner.every(isInside));
}

/** Zod's words, which name no values; of alternatives that have none of their own, those of the first. */
function words(issue: z.core.$ZodIssue): string {
  const bare = issue.code === "invalid_union" && issue.message === "Invalid input";
  const inner = bare ? issue.errors[0]?.[0] : undefined;
  return inner === undefined ? issue.message.replace(/^Invalid input: /, "") : words(inner);
}

/** `apiKey: 123` is a number to YAML. */
function hint(issue: z.core.$ZodIssue, value: unknown): string {
  const scalar = typeof value === "number" || typeof value === "boolean";
  return scalar && /expected string/.test(words(issue)) ? "; put it in quotes" : "";
}

function valueAt(value: unknown, path: Place): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<PropertyKey, unknown>>)[step]; // any object can be asked for any key
  }
  return current;
}

/** The keys that an object at this path of a schema may have. */
function keysAt(schema: z.ZodType, path: Place): readonly string[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  let nodes: readonly z.core.JSONSchema.BaseSchema[] = [root];
  for (const step of path) nodes = nodes.flatMap(alternatives).flatMap((node) => childrenOf(node, step));
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: z.core.JSONSchema.BaseSchema): readonly z.core.JSONSchema.BaseSchema[] {
  return [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter((one) => typeof one === "object");
}

function childrenOf(
  node: z.core.JSONSchema.BaseSchema,
  step: PropertyKey,
): readonly z.core.JSONSchema.BaseSchema[] {
  const child = node.properties?.[String(step)] ?? node.items ?? node.additionalProperties;
  return [child].flat().filter((one) => typeof one === "object");
}
