import type { Page } from "@gpuport/core";
import type { Pagination } from "./wire.ts";

/**
 * Where a walk stands. What the cloud gives by kinds only is several lists, read in turn as one: which of them, the page
 * of that one, and how many rows the ones before it count.
 */
export interface Place {
  readonly list: number;
  readonly page: number;
  readonly before: number;
}

export function placeOf(cursor = "0/1/0"): Place {
  const [list = 0, page = 1, before = 0] = cursor.split("/").map(Number);
  return { list, page, before };
}

/** What follows a page of so many rows, and the count of everything as far as it is known by now. */
export function nextOf(
  { list, page, before }: Place,
  rows: number,
  { total, numPages }: Pagination,
  lists = 1,
): Pick<Page<never>, "next" | "cursorOf" | "total"> {
  const counted = before + total;
  if (rows > 0 && page < (numPages ?? Number.POSITIVE_INFINITY)) {
    const cursor = (number: number) => [list, number, before].join("/");
    const cursorOf = (number: number) => (number <= (numPages ?? 1) ? cursor(number) : undefined);
    return { next: cursor(page + 1), total: counted, ...(page === 1 && { cursorOf }) };
  }
  return { next: list + 1 < lists ? [list + 1, 1, counted].join("/") : undefined, total: counted };
}
