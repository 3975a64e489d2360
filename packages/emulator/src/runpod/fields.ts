import { refuse, refuseMembers } from "./refusal.ts";

export type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the members of a body, and keeps what is wrong with them for one refusal at the end. */
export interface Fields {
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly nullableText: (name: string) => string | null | undefined;
  readonly integer: (name: string, least: number, most?: number) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  readonly texts: (name: string) => readonly string[] | undefined;
  readonly record: (name: string) => Readonly<Record<string, string>> | undefined;
  readonly oneOf: <Word extends string>(name: string, words: readonly Word[]) => Word | undefined;
  readonly inside: (name: string, members: readonly string[]) => Fields | undefined;
  /** The rows of a list of objects. */
  readonly rows: (name: string, members: readonly string[]) => readonly Fields[] | undefined;
  readonly wrong: (name: string, rule: string) => void;
  /** @throws a refusal that names every mistake so far. */
  readonly done: () => void;
}

/** Unknown members are refused by name. */
export function readBody(json: unknown, members: readonly string[]): Fields {
  if (!isObject(json)) refuse(400, "The request body must be a JSON object.");
  return fields(json, members, "", []);
}

function fields(body: Members, members: readonly string[], prefix: string, errors: string[]): Fields {
  const wrong = (name: string, rule: string) => void errors.push(`${prefix}${name}: ${rule}`);
  for (const name of Object.keys(body)) if (!members.includes(name)) wrong(name, "unexpected property");

  function read<T>(name: string, rule: string, accept: (value: unknown) => value is T): T | undefined {
    const value = body[name];
    if (value === undefined) return undefined;
    if (accept(value)) return value;
    wrong(name, rule);
    return undefined;
  }

  return {
    has: (name) => body[name] !== undefined && body[name] !== null,
    text: (name) => read(name, "must be a string", isText),
    nullableText: (name) =>
      read(name, "must be a string or null", (value) => value === null || isText(value)),
    integer: (name, least, most = Number.MAX_SAFE_INTEGER) =>
      read(
        name,
        `must be an integer from ${least} to ${most}`,
        (value): value is number =>
          typeof value === "number" && Number.isInteger(value) && value >= least && value <= most,
      ),
    flag: (name) => read(name, "must be a boolean", (value): value is boolean => typeof value === "boolean"),
    texts: (name) => read(name, "must be an array of strings", isTexts),
    record: (name) => read(name, "must be an object of strings", isRecord),
    oneOf: (name, words) =>
      read(name, `must be one of ${words.join(", ")}`, (value): value is (typeof words)[number] =>
        words.some((word) => word === value),
      ),
    inside(name, known) {
      const value = read(name, "must be an object", isObject);
      return value === undefined ? undefined : fields(value, known, `${prefix}${name}.`, errors);
    },
    rows(name, known) {
      const value = read(name, "must be an array of objects", isObjects);
      return value?.map((row, index) => fields(row, known, `${prefix}${name}[${index}].`, errors));
    },
    wrong,
    done() {
      if (errors.length > 0) refuseMembers(errors);
    },
  };
}

const isText = (value: unknown): value is string => typeof value === "string";

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

const isObjects = (value: unknown): value is readonly Members[] =>
  Array.isArray(value) && value.every(isObject);

const isRecord = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every(isText);
