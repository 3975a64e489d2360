import type { AdapterTables } from "@gpuport/core";
import * as z from "zod";
import { knownAdapters, loadAdapter } from "./adapters.ts";
import { configurationSchema, generalShape, providerSchema, sharedShape } from "./schema.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

const refTo = (definition: string): JsonSchema => ({ $ref: `#/definitions/${definition}` });

/** A value that is a variable. */
const referenceSchema: JsonSchema = {
  type: "string",
  pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$",
  description: "The environment variable of this name",
};

const adapterSchema: JsonSchema = {
  anyOf: [
    { enum: [...knownAdapters] },
    { type: "string", minLength: 1, description: "A package that exports an adapter, or a file: ./cloud.ts" },
  ],
  description: "The cloud, or the package of its adapter",
};

/**
 * The JSON Schema of a configuration file, made of what the adapters say of their options: `schema.json` of this
 * package. Needs every known adapter's package. Options of third-party adapters are let through.
 */
export async function generateConfigurationSchema(): Promise<Readonly<Record<string, unknown>>> {
  const { $schema, properties: top, ...root } = toJsonSchema(configurationSchema);
  const { endpoints, ...common } = sharedShape;
  const shared = toJsonSchema(
    z.strictObject({ ...common, endpoint: endpoints.unwrap().valueType }),
  ).properties;
  const refsTo = (shape: object): Record<string, JsonSchema> =>
    Object.fromEntries(Object.keys(shape).map((option) => [option, refTo(option)]));
  const providers: Record<string, JsonSchema> = {};
  for (const id of knownAdapters) {
    const adapter = await loadAdapter(id, { directory: "." });
    const { $schema: _, properties, ...schema } = toJsonSchema(providerSchema(adapter));
    providers[id] = {
      ...schema,
      required: ["adapter"],
      properties: {
        ...properties,
        ...refsTo(common),
        endpoints: toEndpoints(adapter.tables),
        adapter: { const: id },
      },
    };
  }
  return {
    $schema,
    title: "gpuport configuration",
    ...root,
    properties: {
      ...top,
      ...refsTo(generalShape),
      providers: {
        ...{ type: "object", minProperties: 1, additionalProperties: refTo("provider") },
        description: "Providers by name",
      },
    },
    definitions: {
      provider: {
        ...{ type: "object", required: ["adapter"], properties: { adapter: adapterSchema } },
        allOf: knownAdapters.map((id) => ({
          if: { required: ["adapter"], properties: { adapter: { const: id } } },
          // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
          then: refTo(id),
        })),
      },
      ...providers,
      ...shared,
      reference: referenceSchema,
    },
  };
}

/** Its own rows, and no others. */
function toEndpoints(tables: AdapterTables): JsonSchema {
  const rows = Object.keys(tables.endpoints).map((name) => [name, refTo("endpoint")]);
  return {
    ...{ type: "object", properties: Object.fromEntries(rows), additionalProperties: false },
    description: sharedShape.endpoints.description ?? "",
  };
}

type Override = NonNullable<z.core.ToJSONSchemaParams["override"]>;

/** Draft 7, which every editor knows. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any", override });
}

/** Called for each part of a schema, the inner ones first. */
const override: Override = ({ zodSchema: { _zod }, jsonSchema, path }) => {
  if (_zod.def.type === "union") dropUnwritable(_zod.def.options, jsonSchema);
  // Where zod's integers end, and nobody's settings.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  // Keys are never references.
  if (path.at(-1) !== "propertyNames" && isParticular(jsonSchema)) allowReference(jsonSchema);
};

/** Leaves out what only code can write, such as a `Secret` instead of its text. */
function dropUnwritable(options: readonly z.core.$ZodType[], jsonSchema: JsonSchema): void {
  const written = (jsonSchema.anyOf ?? []).filter((_, index) => options[index]?._zod.def.type !== "custom");
  const [only, ...others] = written;
  if (only === undefined || others.length > 0) return;
  delete jsonSchema.anyOf;
  Object.assign(jsonSchema, only);
}

function isParticular({ type, enum: words, pattern, format, allOf }: JsonSchema): boolean {
  return type === "string" && (words ?? pattern ?? format ?? allOf) !== undefined;
}

/** A text that must look some way may be a reference instead, which does not look that way. */
function allowReference(jsonSchema: JsonSchema): void {
  const { description, default: preset, ...own } = jsonSchema;
  for (const word of Object.keys(own)) delete jsonSchema[word];
  jsonSchema.anyOf = [own, refTo("reference")];
}
