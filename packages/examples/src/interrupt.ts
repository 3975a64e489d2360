export interface Interrupts {
  /** Aborts with the first interrupt. */
  readonly signal: AbortSignal;
  /** Whether the interrupt was a mistake of this program and not somebody's wish. */
  readonly crashed: () => boolean;
  /** What Ctrl-C does, for those who read the keyboard themselves. */
  readonly interrupt: () => void;
  readonly stop: () => void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first interrupt ends what is going on, so that cleaning up begins; the second says what is still open; the third
 * leaves, and says so. An output that nobody reads any more counts as an interrupt, and so does an error that nobody
 * caught: by themselves both would end the process with machines running.
 */
export function watchInterrupts(
  tell: (text: string) => void,
  stillOpen: () => readonly string[],
): Interrupts {
  const controller = new AbortController();
  let times = 0;
  let crash = false;

  function interrupt(): void {
    times += 1;
    const open = stillOpen();
    if (times === 1) {
      tell(open.length === 0 ? "Interrupted." : "Interrupted: what was launched is being terminated.");
      controller.abort();
      return;
    }
    const list = open.length === 0 ? "nothing" : `\n  ${open.join("\n  ")}`;
    if (times === 2) {
      tell(`Still cleaning up. Open: ${list}\nOnce more leaves at once, and these as they are.`);
      return;
    }
    tell(`LEFT BEHIND, AND MAY BILL: ${list}`);
    process.exit(1);
  }

  function interruptOnce(): void {
    if (times === 0) interrupt();
  }

  function crashed(error: unknown): void {
    tell(`Unexpected: ${error instanceof Error ? error.stack : String(error)}`);
    crash = true;
    interruptOnce();
  }

  process.on("uncaughtException", crashed);
  for (const signal of signals) process.on(signal, interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", interruptOnce);
  return {
    signal: controller.signal,
    crashed: () => crash,
    interrupt,
    stop() {
      process.off("uncaughtException", crashed);
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}
