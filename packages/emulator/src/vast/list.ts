import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, type Members, ok } from "./answers.ts";
import { compareRows, fieldTest, type Order, type Test } from "./filters.ts";
import { instanceRow, storedColumns } from "./row.ts";
import type { Contract, World } from "./world.ts";

const largestPage = 25;

/** Names a filter or an order may use. */
const stored = new Set([
  "id",
  "label",
  "machine_id",
  "host_id",
  "actual_status",
  "intended_status",
  "cur_state",
  "next_state",
  "gpu_name",
  "verification",
  "image_uuid",
  "start_date",
  "end_date",
  "is_bid",
  "geolocation",
  "template_id",
  "template_hash_id",
]);

/** GET /api/v1/instances/: keyset pages. Flag: `emptyLastPage`, a full page promises a next one even when there is none. */
export function listPage(world: World, request: CloudRequest): Answer {
  const { query, flags } = request;
  const order = readOrder(query.get("order_by"));
  if ("mistake" in order) return fail(400, "invalid_request", order.mistake);
  const test = readFilters(query.get("select_filters"));
  if ("mistake" in test) return fail(400, "invalid_request", test.mistake);
  const columns = readColumns(query.get("select_cols"));
  if ("mistake" in columns) return fail(400, "invalid_request", columns.mistake);
  const after = readToken(query.get("after_token"), order.order);
  if (after === "bad") return fail(400, "invalid_token", "after_token is not valid.");

  // Only the rows of the page are made in full: a list of thousands is read page by page.
  const everything = [...world.contracts.values()]
    .filter((contract) => isListed(world, contract))
    .map((contract) => ({ contract, row: storedColumns(contract, flags) }));
  const matching = everything
    .filter(({ row }) => test.test(row))
    .sort((left, right) => compareRows(left.row, right.row, order.order));
  const rest =
    after === undefined ? matching : matching.filter(({ row }) => compareRows(row, after, order.order) > 0);
  const limit = readLimit(query.get("limit"));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = rest.length > page.length || (flags.has("emptyLastPage") && page.length === limit);
  const nullWhenEmpty = flags.has("nullWhenEmpty") && page.length === 0;
  return ok({
    success: true,
    instances_found: matching.length,
    total_instances: everything.length,
    label_counts: countLabels(matching.map(({ row }) => row)),
    next_token: more && last !== undefined ? writeToken(last.row, order.order) : null,
    instances: nullWhenEmpty
      ? null
      : page.map(({ contract }) => pickColumns(instanceRow(world, contract, flags, true), columns.columns)),
  });
}

function isListed({ context }: World, contract: Contract): boolean {
  const now = context.clock.now();
  if (now < contract.visibleAt) return false;
  return contract.destroyedAt === undefined || now < Math.max(contract.listedUntil, contract.readableUntil);
}

function readLimit(text: string | null): number {
  const limit = Number(text ?? largestPage);
  if (!Number.isInteger(limit)) return largestPage;
  return limit <= 0 ? 5 : Math.min(limit, largestPage);
}

interface Mistake {
  readonly mistake: string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: no shape the callers accept.
    return undefined;
  }
}

/** `id` is always the last tiebreaker. */
function readOrder(text: string | null): { readonly order: Order } | Mistake {
  const asked = text === null ? [] : parse(text);
  if (!Array.isArray(asked)) return { mistake: "order_by must be a JSON list" };
  const order: { column: string; descending: boolean }[] = [];
  for (const item of asked as unknown[]) {
    const column = asObject(item)?.["col"];
    const direction = asObject(item)?.["dir"] ?? "asc";
    if (typeof column !== "string" || !stored.has(column))
      return { mistake: `${String(column)} is not a valid sort key` };
    if (direction !== "asc" && direction !== "desc") return { mistake: "dir must be asc or desc" };
    order.push({ column, descending: direction === "desc" });
  }
  if (!order.some(({ column }) => column === "id")) order.push({ column: "id", descending: false });
  return { order };
}

function readFilters(text: string | null): { readonly test: Test } | Mistake {
  const asked = text === null ? {} : asObject(parse(text));
  if (asked === undefined) return { mistake: "select_filters must be a JSON object" };
  const tests: Test[] = [];
  for (const [column, filter] of Object.entries(asked)) {
    if (!stored.has(column)) return { mistake: `${column} is not a valid search key` };
    const test = fieldTest(column, filter, (row) => row[column]);
    if ("mistake" in test) return test;
    tests.push(test);
  }
  return { test: (row) => tests.every((test) => test(row)) };
}

function readColumns(text: string | null): { readonly columns: readonly string[] } | Mistake {
  const asked = text === null ? ["*"] : parse(text);
  if (!Array.isArray(asked) || !asked.every((name): name is string => typeof name === "string")) {
    return { mistake: "select_cols must be a JSON list of names" };
  }
  return { columns: asked };
}

/** Unknown names come back as null. */
function pickColumns(row: Members, columns: readonly string[]): Members {
  if (columns.includes("*")) return row;
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}

function writeToken(row: Members, order: Order): string {
  return Buffer.from(JSON.stringify(order.map(({ column }) => row[column] ?? null))).toString("base64url");
}

function readToken(text: string | null, order: Order): Members | "bad" | undefined {
  if (text === null || text === "") return undefined;
  const values = parse(Buffer.from(text, "base64url").toString("utf8"));
  if (!Array.isArray(values) || values.length !== order.length) return "bad";
  return Object.fromEntries(order.map(({ column }, index) => [column, (values as unknown[])[index]]));
}

function countLabels(rows: readonly Members[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const label = typeof row["label"] === "string" ? row["label"] : "";
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}
