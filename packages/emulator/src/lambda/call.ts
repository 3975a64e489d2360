import type { CloudContext, Flags } from "../kit/types.ts";
import type { LambdaLifecycle } from "./lifecycle.ts";
import { refuseParameter } from "./refusal.ts";
import type { LambdaAccount, LambdaSettings } from "./settings.ts";
import type { LambdaStore } from "./state.ts";

/** Everything an operation works with. */
export interface LambdaCall {
  readonly account: LambdaAccount;
  readonly json: unknown;
  readonly query: URLSearchParams;
  /** The id in the path; empty where there is none. */
  readonly id: string;
  readonly flags: Flags;
  readonly store: LambdaStore;
  readonly lifecycle: LambdaLifecycle;
  readonly settings: LambdaSettings;
  readonly context: CloudContext;
}

/** What stands under `data`, and beside it. */
interface LambdaAnswer {
  readonly data: unknown;
  readonly page_token?: string | null;
}

export type LambdaHandler = (call: LambdaCall) => LambdaAnswer;

export type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readBody(json: unknown): Members {
  return isObject(json) ? json : refuseParameter("body must be an object");
}

/** Absent and null are the same to the site. */
export function readText(members: Members, name: string): string | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  return refuseParameter(`${name} must be a string`);
}

export function requireText(members: Members, name: string): string {
  const value = readText(members, name);
  return value === undefined || value === "" ? refuseParameter(`${name} is required`) : value;
}

function readList(members: Members, name: string): readonly unknown[] {
  const value = members[name] ?? [];
  return Array.isArray(value) ? value : refuseParameter(`${name} must be a list`);
}

export function readTexts(members: Members, name: string): readonly string[] {
  return readList(members, name).map((item) =>
    typeof item === "string" ? item : refuseParameter(`${name} must be a list of strings`),
  );
}

export function readObjects(members: Members, name: string): readonly Members[] {
  return readList(members, name).map((item) =>
    isObject(item) ? item : refuseParameter(`${name} must be a list of objects`),
  );
}
