import type { ComputeDriver, DriverCall, DriverInstance, Page } from "../driver.ts";
import { ComputeError } from "../errors.ts";
import type { InstanceStatus } from "../model/index.ts";

const maxPasses = 3;

/**
 * Every item of a paged list, once. Rows that move between pages are met twice or not at all, so the walk is held
 * against the cloud's own count and taken again when something is missing.
 *
 * @throws `bad_response` when the pages go in a circle, `unavailable` when they never add up: a part of a list is never
 * passed off as the whole.
 */
export async function* walk<Item extends { readonly id: string }>(
  what: string,
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<string>();
  for (let pass = 1; pass <= maxPasses; pass += 1) {
    const cursors = new Set<string>();
    let cursor: string | undefined;
    let total: number | undefined;
    do {
      const page = await readPage(cursor);
      // A row that leaves while the pages are read moves others past us, so the highest count of the walk is the one to reach.
      total = page.total === undefined ? total : Math.max(total ?? 0, page.total);
      for (const item of page.items) {
        if (seen.has(item.id)) continue;
        seen.add(item.id);
        yield item;
      }
      cursor = page.next;
      if (cursor !== undefined && cursors.has(cursor)) {
        throw new ComputeError({ code: "bad_response", message: `${what}: its pages go in a circle` });
      }
      if (cursor !== undefined) cursors.add(cursor);
    } while (cursor !== undefined);
    if (total === undefined || seen.size >= total) return;
  }
  const message = `${what}: the cloud counts more rows than its pages hold; the list is not complete`;
  throw new ComputeError({ code: "unavailable", message });
}

/** {@link walk} to its end, for drivers that need a whole list inside one operation. */
export async function everyItem<Item extends { readonly id: string }>(
  what: string,
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of walk(what, readPage)) items.push(item);
  return items;
}

/** Every machine of the account, or those of some statuses. */
export function walkInstances(
  driver: ComputeDriver,
  call: DriverCall,
  statuses?: readonly InstanceStatus[],
): AsyncGenerator<DriverInstance, void, undefined> {
  return walk(call.operation, (cursor) => driver.list({ ...call, cursor, statuses }));
}
