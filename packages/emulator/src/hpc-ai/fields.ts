import { refuse, refuseField, refuseValue } from "./refusal.ts";

type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of a request, asked for in the order in which the site's validator complains about them. */
export interface Fields {
  readonly text: (name: string) => string;
  readonly number: (name: string) => number;
  readonly boolean: (name: string) => boolean;
  readonly array: (name: string) => readonly unknown[];
  readonly inside: (name: string) => Fields;
  /** Not required: undefined when it is left out. */
  readonly optionalNumber: (name: string) => number | undefined;
  readonly optionalBoolean: (name: string) => boolean | undefined;
}

export function readBody(json: unknown): Fields {
  return isObject(json) ? fields(json, "") : refuse("refused", "badBody");
}

export function fields(members: Members, prefix: string): Fields {
  const pathOf = (name: string) => `${prefix}${name}`;

  function required(name: string): unknown {
    return members[name] ?? refuseField(pathOf(name));
  }

  function number(name: string): number {
    const value = required(name);
    return typeof value === "number" ? value : refuseValue(pathOf(name));
  }

  function boolean(name: string): boolean {
    const value = required(name);
    return typeof value === "boolean" ? value : refuseValue(pathOf(name));
  }

  const isGiven = (name: string) => members[name] !== undefined && members[name] !== null;

  return {
    // An empty string is set: only leaving it out is wrong.
    text(name) {
      const value = required(name);
      return typeof value === "string" ? value : refuseValue(pathOf(name));
    },
    number,
    boolean,
    array(name) {
      const value = required(name);
      return Array.isArray(value) ? value : refuseValue(pathOf(name));
    },
    inside(name) {
      const value = required(name);
      return isObject(value) ? fields(value, `${pathOf(name)}.`) : refuseValue(pathOf(name));
    },
    optionalNumber: (name) => (isGiven(name) ? number(name) : undefined),
    optionalBoolean: (name) => (isGiven(name) ? boolean(name) : undefined),
  };
}
