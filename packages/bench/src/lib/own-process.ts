import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Sample, Subject } from "./paired.ts";
import { pin } from "./pin.ts";

// Subjects that share a process pay for each other's garbage and unlearn each other's optimisations: fetch alone measured
// two times cheaper beside others than by itself, and the others dearer. So each lives in a process of its own, and waits
// there between its turns.

/** What a process is told when it starts: the module that has the subjects, and which one it is to be. */
export interface Assignment {
  readonly module: string;
  readonly subject: string;
  readonly about: unknown;
}

/** What a module of subjects exports: makes one, by its name. */
export type MakeSubject<About, Task> = (
  subject: string,
  about: About,
) => Promise<(task: Task) => Promise<unknown>>;

/** What comes back of a task. */
export type Reply = { readonly sample: Sample } | { readonly error: string };

/** Subjects in processes of their own; they end with the scope. */
export interface Processes<Task> {
  /** The subjects at one task, to be measured in turn. */
  readonly at: (task: Task) => Subject[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export function inOwnProcesses<Task>(module: URL, names: readonly string[], about: unknown): Processes<Task> {
  const children = names.map((subject) => {
    const child = fork(new URL("./subject.ts", import.meta.url), { stdio: "inherit" });
    pin(child, 1);
    child.send({ module: module.href, subject, about } satisfies Assignment);
    return { subject, child };
  });
  return {
    at: (task) =>
      children.map(({ subject, child }) => ({ name: subject, run: () => ask(child, subject, task) })),
    async [Symbol.asyncDispose]() {
      const ends = children.map(({ child }) => once(child, "exit"));
      for (const { child } of children) child.disconnect();
      await Promise.all(ends);
    },
  };
}

async function ask(child: ChildProcess, subject: string, task: unknown): Promise<Sample> {
  const ended = new AbortController();
  const early = (): void => ended.abort(new Error(`${subject}: its process ended`));
  child.once("exit", early);
  child.send({ task });
  const [reply] = (await once(child, "message", { signal: ended.signal })) as [Reply];
  child.off("exit", early);
  if ("error" in reply) throw new Error(`${subject}: ${reply.error}`);
  return reply.sample;
}
