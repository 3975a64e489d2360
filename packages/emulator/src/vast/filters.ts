import { asObject, type Members } from "./answers.ts";

/** A mistake in a filter; the message goes into the 400 answer. */
export interface FilterMistake {
  readonly mistake: string;
}

export type Test = (row: Members) => boolean;

type Operator = (actual: unknown, wanted: unknown) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  eq: (actual, wanted) => actual === wanted,
  neq: (actual, wanted) => actual !== wanted,
  gt: (actual, wanted) => compare(actual, wanted) > 0,
  gte: (actual, wanted) => compare(actual, wanted) >= 0,
  lt: (actual, wanted) => compare(actual, wanted) < 0,
  lte: (actual, wanted) => compare(actual, wanted) <= 0,
  in: (actual, wanted) => Array.isArray(wanted) && wanted.includes(actual),
  notin: (actual, wanted) => Array.isArray(wanted) && !wanted.includes(actual),
};

/** Not a number for values that cannot be compared, so that every comparison with it is false. */
function compare(actual: unknown, wanted: unknown): number {
  if (typeof actual === "number" && typeof wanted === "number") return actual - wanted;
  if (typeof actual === "string" && typeof wanted === "string")
    return actual < wanted ? -1 : actual > wanted ? 1 : 0;
  return Number.NaN;
}

/** Reads `{operator: value, …}` for one field. An empty object asks for nothing. */
export function fieldTest(
  field: string,
  filter: unknown,
  read: (row: Members) => unknown,
): Test | FilterMistake {
  const wanted = asObject(filter);
  if (wanted === undefined) return { mistake: `${field}: a filter must be an object of operators` };
  const tests: Test[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    const operator = operators[name];
    if (operator === undefined) return { mistake: `${field}: unknown operator ${name}` };
    tests.push((row) => operator(read(row), value));
  }
  return (row) => tests.every((test) => test(row));
}

export type Order = readonly { readonly column: string; readonly descending: boolean }[];

/** Nulls first, numbers by size, the rest by text. */
function compareValues(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null || left === undefined) return -1;
  if (right === null || right === undefined) return 1;
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = [String(left), String(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareRows(left: Members, right: Members, order: Order): number {
  for (const { column, descending } of order) {
    const difference = compareValues(left[column], right[column]);
    if (difference !== 0) return descending ? -difference : difference;
  }
  return 0;
}
