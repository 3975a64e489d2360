import { isObject } from "./fields.ts";

export interface Pager {
  readonly currentPage: number;
  readonly pageSize: number;
}

/** A request without a usable pager makes the server fall over, which it answers with 500. */
export class MissingPager extends Error {}

export function readPager(json: unknown): Pager {
  const pager = isObject(json) && isObject(json["pager"]) ? json["pager"] : {};
  const { currentPage, pageSize } = pager;
  if (!isCount(currentPage) || !isCount(pageSize)) throw new MissingPager();
  return { currentPage, pageSize };
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1;

export function cut<T>(rows: readonly T[], { currentPage, pageSize }: Pager): readonly T[] {
  return rows.slice((currentPage - 1) * pageSize, currentPage * pageSize);
}
