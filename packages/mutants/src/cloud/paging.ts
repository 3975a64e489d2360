import { type Fields, Refusal } from "./refusal.ts";

const usualPage = 2;
const largestPage = 50;

/** A page of rows, in the order of their ids. A cursor names the row after which the next page begins. */
export function pageOf<Row extends { readonly id: string }>(
  name: string,
  rows: readonly Row[],
  query: Fields,
  show: (row: Row) => unknown,
): unknown {
  const cursor = query.text("cursor");
  const after = cursor === undefined ? "" : readCursor(name, cursor);
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rest = sorted.filter(({ id }) => id > after);
  const limit = Math.min(largestPage, Math.max(1, query.number("limit") ?? usualPage));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next = last !== undefined && rest.length > page.length ? cursorOf(name, last.id) : null;
  return { [name]: page.map(show), next, total: rows.length };
}

function cursorOf(name: string, id: string): string {
  return Buffer.from(`${name}>${id}`).toString("base64url");
}

function readCursor(name: string, cursor: string): string {
  const [list, id] = Buffer.from(cursor, "base64url").toString().split(">");
  if (list !== name || id === undefined) throw new Refusal(400, "bad_cursor", "this is not a cursor of ours");
  return id;
}
