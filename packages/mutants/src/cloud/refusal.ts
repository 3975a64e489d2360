/** An answer that says no, in Tundra's words. */
export class Refusal extends Error {
  readonly status: number;
  readonly word: string;

  constructor(status: number, word: string, message: string) {
    super(message);
    this.status = status;
    this.word = word;
  }
}

export function missing(what: string, id: string): Refusal {
  return new Refusal(404, `no_such_${what}`, `there is no ${what} ${id}`);
}

/** What a request's body or query holds under a name. */
export interface Fields {
  readonly text: (name: string) => string | undefined;
  readonly number: (name: string) => number | undefined;
  readonly texts: (name: string) => readonly string[];
  readonly record: (name: string) => Readonly<Record<string, unknown>>;
  readonly all: unknown;
}

export function fieldsOf(body: unknown): Fields {
  const values: Readonly<Record<string, unknown>> = isRecord(body) ? body : {};
  return {
    all: body,
    text(name) {
      const value = values[name];
      return typeof value === "string" && value !== "" ? value : undefined;
    },
    number(name) {
      const value = values[name];
      const number = typeof value === "string" && value !== "" ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number) ? number : undefined;
    },
    texts(name) {
      const value = values[name];
      return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
    },
    record(name) {
      const value = values[name];
      return isRecord(value) ? value : {};
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
