import type { Parameters } from "./parameters.ts";

export interface Page {
  readonly page: number;
  readonly perPage: number;
}

/** The instance list insists on both. */
export function strictPage(parameters: Parameters): Page {
  return {
    page: parameters.requiredInteger("page", { min: 1 }),
    perPage: parameters.requiredInteger("per_page", { min: 1, max: 20 }),
  };
}

/** Every other list takes neither, and 0 for "the usual". */
export function lenientPage(parameters: Parameters): Page {
  return {
    page: parameters.integer("page", { min: 0 }) || 1,
    perPage: parameters.integer("per_page", { min: 0, max: 20 }) || 20,
  };
}

export function cut<T>(items: readonly T[], { page, perPage }: Page) {
  return {
    rows: items.slice((page - 1) * perPage, page * perPage),
    pagination: { total: items.length, numPages: Math.ceil(items.length / perPage), page, perPage },
  };
}
