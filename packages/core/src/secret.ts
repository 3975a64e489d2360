import * as z from "zod";

const reveals = new WeakMap<Secret, string>();
const brand = Symbol.for("gpuport.Secret");

/**
 * A value that must not be shown. It reads `[secret]` in JSON, `console.log`, template strings and errors;
 * {@link Secret.reveal} is the only way to the value.
 */
export class Secret {
  constructor(value: string) {
    reveals.set(this, value);
  }

  /** A secret of another copy of this package is one too, and must be hidden like one. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }

  /** Gives up the value. Call it where the value is used, never where it could be logged. */
  reveal(): string {
    return reveals.get(this) ?? "";
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }

  [Symbol.for("Deno.customInspect")](): string {
    return "[secret]";
  }
}

Object.defineProperty(Secret.prototype, brand, { value: true });

/** A credential goes into headers, where a line break would end it; most come from a file that was read whole. */
const credentialSchema = z
  .string()
  .min(1)
  .refine((text) => !/\p{Cc}/u.test(text), "must hold no line breaks or other control characters");

/** An option that holds a credential: a non-empty string, or a {@link Secret}. Parses to a {@link Secret}. */
export const secretSchema = hidden(credentialSchema);

/** The same for what goes into a body, and may have lines: a script, a configuration. */
export const secretTextSchema = hidden(z.string().min(1));

function hidden(text: z.ZodType<string, string>) {
  return z
    .union([text, z.instanceof(Secret)])
    .transform((value) => (typeof value === "string" ? new Secret(value) : value));
}

/**
 * Replaces every occurrence of the given values in a text. Used on whatever a cloud says before it becomes part of
 * an error, because clouds echo requests.
 *
 * Values shorter than four characters are left: replacing them would garble texts and protects nothing.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      if (form.length >= 4 && result.includes(form)) result = result.replaceAll(form, "[secret]");
    }
  }
  return result;
}

/** As it is, as JSON and URLs write it, and line by line: clouds echo requests in all of these. Longest first. */
function formsOf(secret: string): readonly string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const whole = [secret, escaped, encodeURIComponent(secret.toWellFormed())];
  const lines = secret.includes("\n") ? secret.split(/\r?\n/).filter((line) => line.trim().length >= 8) : [];
  return [...whole, ...lines, ...lines.map((line) => JSON.stringify(line).slice(1, -1))];
}

/** The values behind the secrets anywhere in a value. */
export function secretsIn(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}
