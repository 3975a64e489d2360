import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, type Members, ok } from "./answers.ts";
import { compareRows, fieldTest, type Order, type Test } from "./filters.ts";
import { offerRow } from "./offers.ts";
import type { VastRoute, World } from "./world.ts";

/** Members of the body that are not filters. */
const settingsOfSearch = new Set(["type", "order", "limit", "allocated_storage", "select_cols", "q"]);

/** Filters on what rows do not say in these words. */
const computed: Readonly<Record<string, (row: Members) => unknown>> = {
  verified: (row) => row["verification"] === "verified",
  datacenter: (row) => row["hosting_type"] === 1,
  geolocation: (row) => row["country_code"],
  // Documented, and matches nothing; `ask_contract_id` is the one that works.
  id: () => Symbol("matches nothing"),
};

export function searchRoutes(world: World): readonly VastRoute[] {
  const route = (method: string, pattern: string, body: (request: CloudRequest) => unknown): VastRoute => ({
    key: "offers.search",
    method,
    pattern,
    rows: "offers",
    auth: "optional",
    perMinute: 10,
    handle: (request) => search(world, request, body(request)),
  });
  return [
    route("POST", "/api/v0/bundles/", (request) => request.json ?? {}),
    // Older forms that clients still send.
    route("GET", "/api/v0/bundles/", (request) => parse(request.query.get("q") ?? "{}")),
    route("GET", "/api/v0/search/asks/", (request) => parse(request.query.get("q") ?? "{}")),
    route("PUT", "/api/v0/search/asks/", (request) => asObject(request.json)?.["q"] ?? request.json),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: refused by `search` as any other body that is not an object.
    return undefined;
  }
}

function search(world: World, request: CloudRequest, asked: unknown): Answer {
  const body = asObject(asked) ?? {};
  const diskGb = typeof body["allocated_storage"] === "number" ? body["allocated_storage"] : 8;
  const view = {
    bid: body["type"] === "bid" || body["type"] === "interruptible",
    diskGb,
    now: world.context.clock.now(),
  };
  const rows = world.market
    .listings()
    .filter(({ machine }) => machine.presence === "here")
    .map((listing) => offerRow(listing, view));
  return answerSearch(world, request, { asked, rows, defaultOrder: "score" });
}

/** What a search answers, of GPUs or of disks: the rows that its filters let through, in its order, cut at the cap. */
export function answerSearch(
  world: World,
  { flags, text }: CloudRequest,
  {
    asked,
    rows,
    defaultOrder,
  }: { readonly asked: unknown; readonly rows: readonly Members[]; readonly defaultOrder: string },
): Answer {
  const body = asObject(asked);
  if (body === undefined || (text !== "" && parse(text) === undefined)) {
    return fail(400, "invalid_request", "The request body must be a JSON object.");
  }
  const order = toOrder(body["order"], defaultOrder);
  if (order === undefined)
    return fail(400, "invalid_request", "order must be a list of [field, asc or desc].");

  const tests: Test[] = [];
  for (const [field, filter] of Object.entries(body)) {
    if (settingsOfSearch.has(field) || filter === null) continue;
    const read = computed[field] ?? ((row: Members) => row[field]);
    // A name that is no field is let pass, as clients that send one are answered.
    if (computed[field] === undefined && !rows.some((row) => Object.hasOwn(row, field))) continue;
    const test = fieldTest(field, filter, read);
    if ("mistake" in test) return fail(400, "invalid_request", test.mistake);
    tests.push(test);
  }

  const { random } = world.context;
  const matching = rows.filter((row) => tests.every((test) => test(row)));
  const sampled = flags.has("offerSampling") ? matching.filter(() => random.chance(0.75)) : matching;
  const found = [
    ...sampled,
    ...noise(world, flags.number("offerNoise", flags.has("offerNoise") ? 3 : 0), rows, matching),
  ];
  found.sort((left, right) => compareRows(left, right, order));
  if (flags.has("noCapacity")) found.length = 0;
  const limit = typeof body["limit"] === "number" ? Math.max(0, body["limit"]) : world.settings.searchCap;
  return ok({ offers: found.slice(0, Math.min(limit, world.settings.searchCap)) });
}

/** Rows that break the filters and are answered all the same. */
function noise(
  world: World,
  count: number,
  rows: readonly Members[],
  matching: readonly Members[],
): Members[] {
  const wrong = rows.filter((row) => !matching.includes(row));
  return wrong.length === 0 ? [] : Array.from({ length: count }, () => world.context.random.pick(wrong));
}

function toOrder(value: unknown, otherwise: string): Order | undefined {
  if (value === undefined || value === null) return [{ column: otherwise, descending: true }];
  if (!Array.isArray(value)) return undefined;
  const order: { column: string; descending: boolean }[] = [];
  for (const item of value as unknown[]) {
    if (!Array.isArray(item)) return undefined;
    const [column, direction] = item as unknown[];
    if (typeof column !== "string" || (direction !== "asc" && direction !== "desc")) return undefined;
    order.push({ column, descending: direction === "desc" });
  }
  return order;
}
