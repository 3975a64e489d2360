import { styleText } from "node:util";
import { createLogUpdate } from "log-update";

/** Where everything is written: a live view in a terminal, plain lines anywhere else. */
export interface Screen {
  /** A line, or several, that stay. */
  readonly say: (text: string) => void;
  /** The same for what went wrong, to the error stream. */
  readonly complain: (text: string) => void;
  /** A line for each name, until `end`. */
  readonly follow: (names: readonly string[]) => Progress;
}

export interface Progress {
  readonly show: (name: string, text: string, state?: State) => void;
  readonly end: () => void;
}

type State = "busy" | "done" | "failed";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 80;

interface Line {
  readonly text: string;
  readonly state: State;
  /** Since the view was opened, when the line last changed. */
  readonly afterMs: number;
}

export function openScreen(): Screen {
  const live =
    process.stdout.isTTY && process.env["CI"] === undefined && process.env["TERM"] !== "dumb"
      ? createLogUpdate(process.stdout)
      : undefined;
  /** Takes the live view away, so that something else can be written above it. */
  let interlude = (write: () => void): void => write();

  function follow(names: readonly string[]): Progress {
    const lines = new Map<string, Line>();
    const width = Math.max(0, ...names.map((name) => name.length));
    const startedAt = performance.now();
    let frame = 0;

    function render(): void {
      const rows = [...lines].map(([name, { text, state, afterMs }]) => {
        const seconds = (state === "busy" ? performance.now() - startedAt : afterMs) / 1000;
        const time = styleText("dim", `${seconds.toFixed(1)} s`);
        return `${icon(state, frame)} ${name.padEnd(width)}  ${text}  ${time}`;
      });
      live?.(rows.join("\n"));
    }

    const timer =
      live &&
      setInterval(() => {
        frame += 1;
        render();
      }, frameMs);
    if (live !== undefined) {
      interlude = (write) => {
        live.clear();
        write();
        render();
      };
    }

    return {
      show(name, text, state = "busy") {
        const before = lines.get(name);
        if (before?.text === text && (before.state === state || live === undefined)) return;
        lines.set(name, { text, state, afterMs: performance.now() - startedAt });
        if (live === undefined) process.stdout.write(`  ${name.padEnd(width)}  ${text}\n`);
        else render();
      },
      end() {
        clearInterval(timer);
        if (live === undefined) return;
        render();
        live.done();
        interlude = (write) => write();
      },
    };
  }

  return {
    say: (text) => interlude(() => process.stdout.write(`${text}\n`)),
    complain: (text) => interlude(() => process.stderr.write(`${text}\n`)),
    follow,
  };
}

function icon(state: State, frame: number): string {
  if (state === "done") return styleText("green", "✔");
  if (state === "failed") return styleText("red", "✖");
  return styleText("cyan", frames[frame % frames.length] ?? "");
}
