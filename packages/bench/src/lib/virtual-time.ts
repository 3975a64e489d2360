// Real code under a time of our own: the process's timers and clocks are replaced, and hours pass in seconds. Only for
// processes that do nothing else.

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** What the process had before. */
const realImmediate = globalThis.setImmediate;

const breathe = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

/** Replaces the process's time, and runs `main` in the new one until it has ended. */
export async function inVirtualTime<Result>(main: () => Promise<Result>): Promise<Result> {
  const startAt = Date.parse("2026-01-31T12:00:00Z");
  let now = startAt;
  let order = 0;
  const timers = new Map<number, Timer>();
  const queue: Timer[] = [];

  function add(work: () => void, ms: number): number {
    order += 1;
    // As Node does: less than a millisecond is one. Otherwise a loop that waits for nothing would never end.
    const timer = { at: now + Math.max(1, Math.ceil(ms)), order, work };
    timers.set(order, timer);
    const place = queue.findLastIndex(({ at }) => at <= timer.at);
    queue.splice(place + 1, 0, timer);
    return order;
  }

  function setTimeout(work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) {
    const handle = { id: add(() => work(...given), ms), unref: () => handle, ref: () => handle };
    return handle;
  }

  function setInterval(work: () => void, ms = 0) {
    const handle = { id: 0, unref: () => handle, ref: () => handle };
    const again = (): void => {
      handle.id = add(() => {
        again();
        work();
      }, ms);
    };
    again();
    return handle;
  }

  const clear = (handle: { readonly id: number } | undefined): void => void timers.delete(handle?.id ?? 0);
  Object.assign(globalThis, { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear });
  Date.now = () => now;
  performance.now = () => now - startAt;

  let settled = false;
  const result = main().finally(() => {
    settled = true;
  });
  result.catch(() => undefined); // whoever awaits it below is told
  for (;;) {
    // Everything that follows from this moment happens before time goes on.
    for (let turn = 0; turn < 3; turn += 1) await breathe();
    if (settled) return result;
    const next = queue.shift();
    if (next === undefined) throw new Error("nothing more can happen, and the work has not ended");
    if (!timers.delete(next.order)) continue;
    now = Math.max(now, next.at);
    next.work();
    while (queue[0] !== undefined && queue[0].at <= now) {
      const also = queue.shift();
      if (also !== undefined && timers.delete(also.order)) also.work();
    }
  }
}
