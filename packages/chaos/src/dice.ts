/** Chance that is the same for the same words. */
export interface Dice {
  readonly chance: (probability: number) => boolean;
  /** A whole number from `low` to `high`, both included. */
  readonly integer: (low: number, high: number) => number;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
}

/** Mulberry32 over an FNV-1a hash of the words. */
export function createDice(...words: readonly (string | number)[]): Dice {
  let state = 0x811c9dc5;
  for (const letter of words.join("/")) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    chance: (probability) => next() < probability,
    integer,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
  };
}
