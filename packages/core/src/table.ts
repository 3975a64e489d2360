/** What a provider's words mean, as data. Read with {@link lookup}. */
export type Table<Value> = Readonly<Record<string, Value>>;

/**
 * The row for a word: compared without case and outer spaces, and never found among the members of `Object`.
 * A missing word is `undefined`, never a guess.
 */
export function lookup<Value>(
  table: Table<Value>,
  word: string | number | null | undefined,
): Value | undefined {
  if (word === null || word === undefined) return undefined;
  const key = String(word).trim();
  if (Object.hasOwn(table, key)) return table[key];
  return folded(table).get(key.toLowerCase());
}

/**
 * The first row whose key occurs in the text, without case: for clouds whose only error code is a sentence.
 * Order of the table is order of precedence.
 */
export function lookupPhrase<Value>(table: Table<Value>, text: string): Value | undefined {
  const haystack = text.toLowerCase();
  for (const [phrase, value] of folded(table)) {
    if (haystack.includes(phrase)) return value;
  }
  return undefined;
}

const caches = new WeakMap<object, Map<string, unknown>>();

function folded<Value>(table: Table<Value>): Map<string, Value> {
  const known = caches.get(table);
  if (known !== undefined) return known as Map<string, Value>; // only ever filled from this very table
  const made = new Map(Object.entries(table).map(([key, value]) => [key.toLowerCase(), value]));
  caches.set(table, made);
  return made;
}
