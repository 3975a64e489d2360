import type { CloudRequest } from "../kit/types.ts";
import { refuse } from "./refusal.ts";

/** The arguments of one call, wherever they travelled. Every method refuses with code 6 what breaks its limits. */
export interface Parameters {
  readonly text: (name: string, limits: { readonly max: number }) => string | undefined;
  readonly requiredText: (name: string, limits: { readonly max: number }) => string;
  readonly integer: (
    name: string,
    limits: { readonly min: number; readonly max?: number },
  ) => number | undefined;
  readonly requiredInteger: (name: string, limits: { readonly min: number; readonly max?: number }) => number;
  readonly boolean: (name: string) => boolean;
  readonly list: (name: string) => readonly unknown[];
  readonly object: (name: string) => Readonly<Record<string, unknown>> | undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readParameters(request: CloudRequest, place: "query" | "body"): Parameters {
  const body = isObject(request.json) ? request.json : {};
  if (place === "body" && !isObject(request.json)) refuse("illegalParameter", "invalid request body");

  function all(name: string): readonly unknown[] {
    if (place === "query") return request.query.getAll(name);
    const value = body[name];
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
  }

  function first(name: string): unknown {
    const value = place === "query" ? (request.query.get(name) ?? undefined) : (body[name] ?? undefined);
    return value === "" ? undefined : value;
  }

  function text(name: string, { max }: { readonly max: number }): string | undefined {
    const value = first(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") refuse("illegalParameter", `${name} must be a string`);
    if ([...value].length > max) refuse("illegalParameter", `${name} is longer than ${max}`);
    return value;
  }

  function integer(
    name: string,
    limits: { readonly min: number; readonly max?: number },
  ): number | undefined {
    const value = first(name);
    if (value === undefined) return undefined;
    const number = place === "query" && /^-?\d+$/.test(String(value)) ? Number(value) : value;
    if (typeof number !== "number" || !Number.isSafeInteger(number)) {
      refuse("illegalParameter", `${name} must be an integer`);
    }
    if (number < limits.min || number > (limits.max ?? Number.MAX_SAFE_INTEGER)) {
      refuse("illegalParameter", `${name} is out of range`);
    }
    return number;
  }

  return {
    text,
    requiredText: (name, limits) => text(name, limits) ?? refuse("illegalParameter", `${name} is required`),
    integer,
    requiredInteger: (name, limits) =>
      integer(name, limits) ?? refuse("illegalParameter", `${name} is required`),
    boolean(name) {
      const value = first(name);
      if (value === undefined || value === false || value === "false" || value === "0") return false;
      if (value === true || value === "true" || value === "1") return true;
      return refuse("illegalParameter", `${name} must be a boolean`);
    },
    list: all,
    object(name) {
      const value = first(name);
      if (value === undefined) return undefined;
      return isObject(value) ? value : refuse("illegalParameter", `${name} must be an object`);
    },
  };
}
