import type { Answer } from "../kit/types.ts";

export function ok(json: object): Answer {
  return { status: 200, json };
}

export function fail(status: number, error: string, message: string, more: object = {}): Answer {
  return { status, json: { success: false, error, msg: message, ...more } };
}

export function noSuchInstance(id: string | number): Answer {
  return fail(404, "no_such_instance", `Instance ${id} not found.`);
}

export type Members = Readonly<Record<string, unknown>>;

/** The value as an object with members; undefined for anything else, arrays included. */
export function asObject(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined;
}
