/** Runs work one at a time for each key, in the order it came. */
export function createKeyedLock(): <Result>(key: string, work: () => Promise<Result>) => Promise<Result> {
  const lines = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = lines.get(key) ?? Promise.resolve();
    const mine = before.then(work, work); // what happened to the one before is the one before's own business
    lines.set(key, mine);
    try {
      return await mine;
    } finally {
      if (lines.get(key) === mine) lines.delete(key);
    }
  };
}
