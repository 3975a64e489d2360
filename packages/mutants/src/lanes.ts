import { type ChildProcess, fork } from "node:child_process";
import type { Catch, Verdict } from "./judge.ts";
import type { Done, Task } from "./worker.ts";

export interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** What the sound adapter failed. */
  readonly sound: readonly Catch[];
}

/** Works off tasks in processes of their own: each takes the next when it is done with one. */
export async function runTasks(
  tasks: readonly Task[],
  lanes: number,
  onDone: (count: number) => void,
): Promise<Outcome> {
  const verdicts: Verdict[] = [];
  const sound: Catch[] = [];
  let next = 0;
  let count = 0;

  function lane(): Promise<void> {
    const child: ChildProcess = fork(new URL("./worker.ts", import.meta.url));
    let task: Task | undefined;
    return new Promise((resolve, reject) => {
      const give = (): void => {
        task = tasks[next++];
        if (task === undefined) child.kill();
        else child.send(task);
      };
      child.on("message", (done: Done) => {
        if ("verdict" in done) verdicts.push(done.verdict);
        else sound.push(...done.sound);
        count += 1;
        onDone(count);
        give();
      });
      child.once("exit", (code, signal) => {
        if (task === undefined && signal === "SIGTERM") return resolve();
        if (task?.mutant === undefined) return reject(new Error(`a worker ended with ${code ?? signal}`));
        // What brings its process down is not caught by that.
        verdicts.push({ mutant: task.mutant, elsewhere: [] });
        lane().then(resolve, reject);
      });
      give();
    });
  }

  await Promise.all(Array.from({ length: lanes }, lane));
  return { verdicts, sound };
}
