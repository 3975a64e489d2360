type Schema = Readonly<Record<string, unknown>>;

const annotations = new Set(["$schema", "title", "description", "default", "definitions", "format"]);

/**
 * As much of JSON Schema draft 7 as `schema.json` uses, to hold configurations against it the way an editor does.
 * Throws on a word that it does not know, rather than let it pass.
 */
export function validate(
  schema: unknown,
  value: unknown,
  root: Schema = schema as Schema,
): readonly string[] {
  if (schema === false) return ["nothing may be here"];
  if (schema === true) return [];
  return Object.entries(schema as Schema).flatMap(([word, rule]) => {
    if (annotations.has(word)) return [];
    const check = words[word];
    if (check === undefined) throw new Error(`validate.ts does not know ${word}`);
    return check(rule, value, root, schema as Schema);
  });
}

type Check = (rule: unknown, value: unknown, root: Schema, schema: Schema) => readonly string[];

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const unless = (good: boolean, message: string): readonly string[] => (good ? [] : [message]);
const passing = (rules: unknown, value: unknown, root: Schema): number =>
  (rules as unknown[]).filter((rule) => validate(rule, value, root).length === 0).length;

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const words: Readonly<Record<string, Check>> = {
  $ref: (rule, value, root) => {
    const name = String(rule).replace("#/definitions/", "");
    return validate((root["definitions"] as Schema)[name], value, root);
  },
  type: (rule, value) =>
    unless(
      [rule].flat().some((name) => types[String(name)]?.(value)),
      `not ${String(rule)}`,
    ),
  const: (rule, value) => unless(rule === value, `not ${String(rule)}`),
  enum: (rule, value) => unless((rule as unknown[]).includes(value), "none of the words"),
  pattern: (rule, value) =>
    unless(typeof value !== "string" || new RegExp(String(rule)).test(value), "not the pattern"),
  minLength: (rule, value) => unless(typeof value !== "string" || value.length >= Number(rule), "too short"),
  maxLength: (rule, value) => unless(typeof value !== "string" || value.length <= Number(rule), "too long"),
  minimum: (rule, value) => unless(typeof value !== "number" || value >= Number(rule), "too small"),
  maximum: (rule, value) => unless(typeof value !== "number" || value <= Number(rule), "too large"),
  exclusiveMinimum: (rule, value) => unless(typeof value !== "number" || value > Number(rule), "too small"),
  minItems: (rule, value) => unless(!Array.isArray(value) || value.length >= Number(rule), "too few"),
  maxItems: (rule, value) => unless(!Array.isArray(value) || value.length <= Number(rule), "too many"),
  minProperties: (rule, value) =>
    unless(!isObject(value) || Object.keys(value).length >= Number(rule), "too few"),
  required: (rule, value) =>
    (rule as string[]).flatMap((key) =>
      unless(!isObject(value) || Object.hasOwn(value, key), `${key} is missing`),
    ),
  properties: (rule, value, root) =>
    Object.entries(rule as Schema).flatMap(([key, schema]) =>
      isObject(value) && Object.hasOwn(value, key) ? within(key, validate(schema, value[key], root)) : [],
    ),
  additionalProperties: (rule, value, root, schema) => {
    const own = Object.keys((schema["properties"] ?? {}) as Schema);
    const others = isObject(value) ? Object.keys(value).filter((key) => !own.includes(key)) : [];
    return others.flatMap((key) => within(key, validate(rule, (value as Schema)[key], root)));
  },
  propertyNames: (rule, value, root) =>
    isObject(value) ? Object.keys(value).flatMap((key) => within(key, validate(rule, key, root))) : [],
  items: (rule, value, root) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => within(String(index), validate(rule, item, root)))
      : [],
  anyOf: (rule, value, root) => unless(passing(rule, value, root) > 0, "none of the alternatives"),
  oneOf: (rule, value, root) => unless(passing(rule, value, root) === 1, "not one of the alternatives"),
  allOf: (rule, value, root) => (rule as unknown[]).flatMap((one) => validate(one, value, root)),
  if: (rule, value, root, schema) =>
    validate(rule, value, root).length === 0 ? validate(schema["then"] ?? true, value, root) : [],
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  then: () => [],
};

function within(key: string, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${key}: ${problem}`);
}
