/** A line for every name: each one's turn comes when all before it are done. */
export interface Lines {
  /**
   * Resolves when it is this one's turn, with what ends it.
   *
   * @throws The signal's reason; the line closes up behind whoever leaves.
   */
  readonly turn: (name: string, signal: AbortSignal) => Promise<() => void>;
}

export function lines(): Lines {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async turn(name, signal) {
      const before = tails.get(name);
      const { promise, resolve: done } = Promise.withResolvers<void>();
      const tail = Promise.all([before, promise]).then(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      tails.set(name, tail);
      try {
        await unlessAborted(before, signal);
      } catch (error) {
        done();
        throw error;
      }
      return done;
    },
  };
}

/** What the promise comes to, or the signal's reason if that is first. The work itself goes on. */
export function unlessAborted<Result>(
  work: Promise<Result> | undefined,
  signal: AbortSignal,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", leave));
  });
}
