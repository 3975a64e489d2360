import { once } from "node:events";
import type { Assignment, MakeSubject, Reply } from "./own-process.ts";
import { measured } from "./paired.ts";

// One subject in a process of its own: made once, then asked to work, round by round.

const [{ module, subject, about }] = (await once(process, "message")) as [Assignment];
const made = import(module).then(({ makeSubject }: { makeSubject: MakeSubject<unknown, unknown> }) =>
  makeSubject(subject, about),
);

async function reply(task: unknown): Promise<Reply> {
  try {
    const work = await made;
    return { sample: await measured(() => work(task)) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("message", ({ task }: { readonly task: unknown }) => {
  void reply(task).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit(0));
