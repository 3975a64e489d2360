/** The cloud's time. It stands still until somebody moves it, and then everything that was due happens in order. */
export interface Time {
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  readonly after: (ms: number, work: () => void) => void;
}

export function createTime(startAt: number): Time {
  let now = startAt;
  let due: { readonly at: number; readonly work: () => void }[] = [];
  return {
    now: () => now,
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = Math.max(now, next.at);
        next.work();
      }
      now = until;
    },
    after: (ms, work) => void due.push({ at: now + ms, work }),
  };
}
