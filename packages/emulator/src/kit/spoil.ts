import type { Hit } from "./faults.ts";
import type { Answer, Random } from "./types.ts";

/** An answer as bytes, ready for the wire. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly staysOpen?: boolean | undefined;
}

export function render(answer: Answer): Rendered {
  if (answer.json !== undefined) {
    const headers = { "content-type": "application/json", ...answer.headers };
    return { status: answer.status, headers, body: JSON.stringify(answer.json) };
  }
  const text = answer.text ?? "";
  const headers = {
    ...(text === "" ? {} : { "content-type": "text/plain; charset=utf-8" }),
    ...answer.headers,
  };
  return { status: answer.status, headers, body: text, staysOpen: answer.staysOpen };
}

const webPage =
  "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head>\n<body><center><h1>nginx</h1></center></body></html>\n";

/** The answer a fault puts in place of the cloud's own; undefined for faults that keep it or send none. */
export function replacement(fault: NonNullable<Hit["wire"]>, now: number): Answer | undefined {
  switch (fault.fault) {
    case "html":
      return { status: fault.status ?? 200, headers: { "content-type": "text/html" }, text: webPage };
    case "malformed":
      return { status: 200, headers: { "content-type": "application/json" }, text: '{"success": tru' };
    case "answer":
      return {
        status: fault.status,
        headers: fault.headers,
        ...(typeof fault.body === "string" ? { text: fault.body } : { json: fault.body }),
      };
    case "rate_limit": {
      const after =
        fault.retryAfter === "date"
          ? new Date(now + (fault.dateInMs ?? 2000)).toUTCString()
          : fault.retryAfter?.toString();
      const body = fault.body ?? "Too Many Requests";
      return {
        status: 429,
        headers: after === undefined ? {} : { "retry-after": after },
        ...(typeof body === "string" ? { text: body } : { json: body }),
      };
    }
    case "reset":
    case "hang":
    case "delay":
    case "slow_body":
    case "endless_body":
    case "truncate":
    case "rows":
    case "patch":
    case "content_type":
    case "drop_connection":
      return undefined;
    default:
      return fault satisfies never;
  }
}

/** Repeats and leaves out rows of the array at the dotted path `rows`. An answer without such an array stays as it is. */
export function withRows(
  answer: Answer,
  rows: string | undefined,
  change: { readonly duplicate?: number | undefined; readonly missing?: number | undefined },
  random: Random,
): Answer {
  if (rows === undefined) return answer;
  const json: unknown = structuredClone(answer.json);
  const list = rows === "" ? json : valueAt(json, rows.split("."));
  if (!Array.isArray(list)) return answer;
  const repeated: unknown[] = [];
  for (let left = Math.min(change.duplicate ?? 0, list.length); left > 0; left--) {
    repeated.push(list[random.integer(0, list.length - 1)]);
  }
  for (let left = Math.min(change.missing ?? 0, list.length); left > 0; left--) {
    list.splice(random.integer(0, list.length - 1), 1);
  }
  list.push(...repeated);
  return { ...answer, json };
}

/** Replaces members of a JSON answer, given by dotted paths. A path whose parent is missing changes nothing. */
export function withPatch(answer: Answer, set: Readonly<Record<string, unknown>>): Answer {
  const json: unknown = structuredClone(answer.json);
  for (const [path, value] of Object.entries(set)) {
    const steps = path.split(".");
    const last = steps.pop();
    const parent = valueAt(json, steps);
    if (last !== undefined && isRecord(parent)) parent[last] = value;
  }
  return { ...answer, json };
}

function valueAt(root: unknown, steps: readonly string[]): unknown {
  let value = root;
  for (const step of steps) {
    if (!isRecord(value)) return undefined;
    value = value[step];
  }
  return value;
}

/** Arrays count: their indexes are members too. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
