import type { LaunchRequest } from "../model/index.ts";

/** A fingerprint of what was asked for, the key aside: the same whatever the order of its fields. */
export async function requestHash(request: LaunchRequest): Promise<string> {
  const { key: _, ...asked } = request;
  const bytes = new TextEncoder().encode(JSON.stringify(asked, sorted));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
