import { createInterface } from "node:readline/promises";
import type { Interrupts } from "./interrupt.ts";

/** Asks in the terminal. No answer, the end of the input or an interrupt is a no. */
export async function confirm(question: string, { signal, interrupt }: Interrupts): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // While a line is read, Ctrl-C is a key and not a signal.
  terminal.once("SIGINT", interrupt);
  const ended = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
  // It rejects only when the signal aborts.
  const asked = terminal.question(`${question} [y/N] `, { signal }).catch(() => undefined);
  const answer = await Promise.race([asked, ended]);
  terminal.close();
  if (answer === undefined) process.stdout.write("\n"); // nobody pressed Enter
  return /^\s*y(es)?\s*$/i.test(answer ?? "");
}
