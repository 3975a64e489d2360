import type { Table } from "./table.ts";

/** Texts come from strangers' machines; what matters stands at their start. */
const longestText = 4000;

/**
 * The first row of an ordered table that fits, for clouds whose words only mean something together. A key of letters,
 * digits, `_`, `.` and `-` is a word, and must equal the given one. Any other key is a pattern for the whole text: `*`
 * stands for anything within one part (without blanks and slashes), `**` for anything, `(a|b)` for either. Case does
 * not count.
 */
export function lookupPattern<Row>(table: Table<Row>, word: string, text: string): Row | undefined {
  return matchingRow(table, word, text)?.row;
}

/** Like {@link lookupPattern}, with the key of the row; a row fits when any of the texts is what it says. */
export function matchingRow<Row>(
  table: Table<Row>,
  word: string,
  ...texts: readonly string[]
): { readonly key: string; readonly row: Row } | undefined {
  const starts = texts.map((text) => text.slice(0, longestText));
  for (const { pattern, key, row } of compiled(table)) {
    const fits =
      typeof pattern === "string"
        ? pattern === word.toLowerCase()
        : starts.some((text) => pattern.test(text));
    if (fits) return { key, row };
  }
  return undefined;
}

type Compiled<Row> = readonly {
  readonly pattern: string | RegExp;
  readonly key: string;
  readonly row: Row;
}[];
const known = new WeakMap<object, Compiled<unknown>>();

function compiled<Row>(table: Table<Row>): Compiled<Row> {
  const cached = known.get(table);
  if (cached !== undefined) return cached as Compiled<Row>; // only ever made of this very table
  const made = Object.entries(table).map(([key, row]) => ({ pattern: toPattern(key), key, row }));
  known.set(table, made);
  return made;
}

function toPattern(key: string): string | RegExp {
  if (/^[\w.-]+$/.test(key)) return key.toLowerCase();
  // Parentheses that do not pair up are letters like any other.
  const special = pairs(key) ? /[\\^$+?.[\]{}]/g : /[\\^$+?.[\]{}()|]/g;
  const source = key
    .replace(special, "\\$&")
    .replace(/\*+/g, (stars) => (stars.length > 1 ? ".*" : "[^/\\s]*"));
  return new RegExp(`^${source}$`, "is");
}

function pairs(key: string): boolean {
  let open = 0;
  for (const letter of key) {
    if (letter === "(") open += 1;
    if (letter === ")") open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}
