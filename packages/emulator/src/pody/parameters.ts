import type { CloudRequest } from "../kit/types.ts";
import { refuse } from "./refusal.ts";
import type { PodyRoute } from "./routes.ts";

/** Only the query string counts; a body is not looked at. */
export interface PodyParameters {
  readonly text: (name: string) => string;
  readonly optional: (name: string) => string | undefined;
  readonly integer: (name: string, fallback: number) => number;
}

interface Complaint {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

const missing = (name: string, pydantic: 1 | 2): Complaint =>
  pydantic === 1
    ? { loc: ["query", name], msg: "field required", type: "value_error.missing" }
    : { type: "missing", loc: ["query", name], msg: "Field required" };

const notInteger = (name: string, pydantic: 1 | 2): Complaint =>
  pydantic === 1
    ? { loc: ["query", name], msg: "value is not a valid integer", type: "type_error.integer" }
    : {
        type: "int_parsing",
        loc: ["query", name],
        msg: "Input should be a valid integer, unable to parse string as an integer",
      };

export function readParameters(
  { query }: CloudRequest,
  { parameters }: PodyRoute,
  pydantic: 1 | 2,
): PodyParameters {
  const complaints = parameters
    .filter(({ name, optional }) => optional !== true && !query.has(name))
    .map(({ name }) => missing(name, pydantic));
  if (complaints.length > 0) refuse(422, complaints);
  return {
    text: (name) => query.get(name) ?? refuse(422, [missing(name, pydantic)]),
    optional: (name) => query.get(name) ?? undefined,
    integer(name, fallback) {
      const text = query.get(name);
      if (text === null) return fallback;
      return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : refuse(422, [notInteger(name, pydantic)]);
    },
  };
}
