import * as z from "zod";

/** A record as it came, beside what is read of it. */
export interface Kept<Read> {
  readonly raw: unknown;
  readonly read: Read;
}

/** A schema that reads a record, and keeps it as it came for {@link withRaw}. */
export function kept<Schema extends z.ZodType>(schema: Schema) {
  return z.unknown().transform((raw, context): Kept<z.output<Schema>> => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return { raw, read: parsed.data };
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path, message });
    return z.NEVER;
  });
}
