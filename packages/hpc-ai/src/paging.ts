import type { Page } from "@gpuport/core";
import type { Rows } from "./wire.ts";

export interface Pager {
  readonly currentPage: number;
  readonly pageSize: number;
}

/**
 * One page of a list. A cursor says which, and what the page before began with. The last page is the one that reaches
 * the cloud's own count; without a count, one that is empty, or the same again because nobody heeds the pager.
 */
export async function readPage<Item extends { readonly id: string }>(
  cursor: string | undefined,
  pageSize: number,
  read: (pager: Pager) => Promise<Rows>,
  toItem: (row: unknown) => Item,
): Promise<Page<Item>> {
  const [page = "1", before] = cursor?.split("\n") ?? [];
  const currentPage = Number(page);
  const { rows, pager } = await read({ currentPage, pageSize });
  const items = (rows ?? []).map(toItem);
  const total = pager?.totalEntries ?? undefined;
  const first = items[0]?.id;
  // Without a count, what a page began with goes along, to know a page that comes again.
  if (total === undefined) {
    const isLast = first === undefined || first === before;
    return { items, next: isLast ? undefined : `${currentPage + 1}\n${first}` };
  }
  const pages = Math.ceil(total / (pager?.pageSize || pageSize));
  const cursorOf = (number: number) => (number <= pages ? String(number) : undefined);
  return { items, total, next: first === undefined ? undefined : cursorOf(currentPage + 1), cursorOf };
}
