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
  const isLast =
    first === undefined ||
    (total === undefined ? first === before : currentPage * (pager?.pageSize || pageSize) >= total);
  return { items, total, next: isLast ? undefined : `${currentPage + 1}\n${first}` };
}
