import type { RunpodCall } from "./call.ts";
import { refuseMembers } from "./refusal.ts";
import type { RunpodPod } from "./state.ts";

interface Page {
  readonly rows: readonly RunpodPod[];
  readonly pagination: { readonly nextCursor: string | null; readonly hasNextPage: boolean } | undefined;
}

const prefix = "pods-before:";

/**
 * Cuts a page out of rows that stand newest first. A cursor names the last row that was seen, so new pods shift nothing.
 * Flags: `shortPage` (a row less than there was room for), `emptyPage` (no row, and more to come), `cursorRefused`.
 */
export function cutPage({ request, settings }: RunpodCall, shown: readonly RunpodPod[]): Page {
  const { flags, query } = request;
  if (!settings.pagination) return { rows: shown, pagination: undefined };
  const limit = readLimit(query.get("limit") ?? String(settings.defaultLimit));
  const cursor = query.get("cursor");
  if (cursor !== null && flags.has("cursorRefused")) refuseMembers(["cursor: is invalid"]);
  const before = cursor === null ? Number.POSITIVE_INFINITY : readCursor(cursor);
  const left = shown.filter(({ order }) => order < before);
  const room = flags.has("emptyPage") ? 0 : flags.has("shortPage") ? Math.max(1, limit - 1) : limit;
  const rows = left.slice(0, room);
  const hasNextPage = rows.length < left.length;
  const last = rows.at(-1)?.order ?? (left[0]?.order ?? 0) + 1;
  const nextCursor = hasNextPage ? Buffer.from(`${prefix}${last}`).toString("base64url") : null;
  return { rows, pagination: { nextCursor, hasNextPage } };
}

function readLimit(text: string): number {
  const limit = Number(text);
  const valid = Number.isInteger(limit) && limit >= 1 && limit <= 1000;
  return valid ? limit : refuseMembers(["limit: must be an integer from 1 to 1000"]);
}

function readCursor(cursor: string): number {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const order = text.startsWith(prefix) ? Number(text.slice(prefix.length)) : Number.NaN;
  return Number.isInteger(order) ? order : refuseMembers(["cursor: is invalid"]);
}
