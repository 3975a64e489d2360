import type { ComputeDriver, DriverCall, DriverInstance, Page } from "../driver.ts";
import { ComputeError } from "../errors.ts";
import type { InstanceStatus } from "../model/index.ts";

const maxPasses = 3;
/** So many pages are on their way at once, where a cloud numbers them; each waits for its turn at the gate like any call. */
const pagesAhead = 8;

/** Reads one page. The signal ends with the walk: nothing is read for somebody who has left. */
export type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;

/**
 * Every item of a paged list, once. Rows that move between pages are met twice or not at all, so the walk is held
 * against the cloud's own count and taken again when something is missing.
 *
 * @throws `bad_response` when the pages go in a circle, `unavailable` when they never add up: a part of a list is never
 * passed off as the whole.
 */
export async function* walk<Item extends { readonly id: string }>(
  what: string,
  readPage: ReadPage<Item>,
  signal?: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  for await (const items of walkByPage(what, readPage, signal)) for (const item of items) yield item;
}

/** {@link walk}, page by page: what is handed on row by row only at the end costs less. */
export async function* walkByPage<Item extends { readonly id: string }>(
  what: string,
  readPage: ReadPage<Item>,
  signal?: AbortSignal,
): AsyncGenerator<readonly Item[], void, undefined> {
  const seen = new Set<string>();
  const own = linked(signal);
  try {
    for (let pass = 1; pass <= maxPasses; pass += 1) {
      let total: number | undefined;
      for await (const page of pagesOf(what, (cursor) => readPage(cursor, own.signal))) {
        // A row that leaves while the pages are read moves others past us, so the highest count of the walk is the one to reach.
        total = page.total === undefined ? total : Math.max(total ?? 0, page.total);
        const unseen = page.items.filter(({ id }) => seen.size < seen.add(id).size);
        if (unseen.length > 0) yield unseen;
      }
      if (total === undefined || seen.size >= total) return;
    }
  } finally {
    own.leave();
  }
  const message = `${what}: the cloud counts more rows than its pages hold; the list is not complete`;
  throw new ComputeError({ code: "unavailable", message });
}

/** The pages of a list, in order. What the first page knows of the others is read ahead. */
async function* pagesOf<Item>(
  what: string,
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Page<Item>, void, undefined> {
  const read = new Set<string>();
  const coming: { readonly cursor: string; readonly page: Promise<Page<Item>> }[] = [];
  let page = await readPage(undefined);
  const cursorOf = page.cursorOf ?? (() => undefined);
  let planned = 1;
  for (;;) {
    yield page;
    const { next } = page;
    if (next === undefined) return;
    if (read.has(next)) {
      throw new ComputeError({ code: "bad_response", message: `${what}: its pages go in a circle` });
    }
    read.add(next);
    while (coming.length < pagesAhead) {
      const cursor = cursorOf(planned + 1);
      if (cursor === undefined) break;
      planned += 1;
      const started = readPage(cursor);
      started.catch(() => undefined); // it is awaited below, unless the list turns out shorter and nobody needs it
      coming.push({ cursor, page: started });
    }
    const started = coming[0]?.cursor === next ? coming.shift() : undefined;
    page = await (started?.page ?? readPage(next));
  }
}

/** A signal that ends with the caller's, or as soon as the one who holds it leaves. */
function linked(caller: AbortSignal | undefined): {
  readonly signal: AbortSignal;
  readonly leave: () => void;
} {
  const controller = new AbortController();
  const leave = (): void => {
    caller?.removeEventListener("abort", leave);
    controller.abort(caller?.reason);
  };
  if (caller?.aborted) leave();
  else caller?.addEventListener("abort", leave, { once: true });
  return { signal: controller.signal, leave };
}

/** {@link walk} to its end, for drivers that need a whole list inside one operation. */
export async function everyItem<Item extends { readonly id: string }>(
  what: string,
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const items of walkByPage(what, readPage)) all.push(...items);
  return all;
}

/** Every machine of the account, or those of some statuses. */
export function walkInstances(
  driver: ComputeDriver,
  call: DriverCall,
  statuses?: readonly InstanceStatus[],
): AsyncGenerator<DriverInstance, void, undefined> {
  return walk(
    call.operation,
    (cursor, signal) => driver.list({ ...call, signal, cursor, statuses }),
    call.signal,
  );
}
