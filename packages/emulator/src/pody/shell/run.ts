import { parseScript } from "./parse.ts";
import { Blocked, Exit, type Shell, type Streams } from "./shell.ts";
import { type Command, type Redirect, type Script, ShellSyntaxError, type Word } from "./syntax.ts";

const longestLoop = 10_000;

/** Runs a command line as `bash -c` does, without a process: only the programs of the table exist. */
export function runLine(line: string, shell: Shell, streams: Streams): number {
  try {
    return runScript(parseScript(line), shell, streams);
  } catch (error) {
    if (error instanceof Exit) return error.status;
    if (!(error instanceof ShellSyntaxError)) throw error;
    streams.errors(`bash: -c: line 1: ${error.message}\n`);
    return 2;
  }
}

function runScript(script: Script, shell: Shell, streams: Streams): number {
  for (const { after, pipeline, background } of script) {
    if (after === "&&" && shell.status !== 0) continue;
    if (after === "||" && shell.status === 0) continue;
    if (background) {
      // Nobody waits for it, so the time it takes passes unnoticed.
      const { elapsedMs } = shell.clock;
      runPipeline(pipeline.commands, subshell(shell), streams);
      shell.clock.elapsedMs = elapsedMs;
      shell.status = 0;
      continue;
    }
    const status = runPipeline(pipeline.commands, shell, streams);
    shell.status = pipeline.negated ? Number(status === 0) : status;
  }
  return shell.status;
}

function runPipeline(commands: readonly Command[], shell: Shell, streams: Streams): number {
  const [only] = commands;
  if (commands.length === 1 && only !== undefined) {
    const status = runCommand(only, shell, streams);
    shell.pipeStatuses = [status];
    return status;
  }
  let { input } = streams;
  const statuses: number[] = [];
  for (const [index, command] of commands.entries()) {
    const collected: string[] = [];
    const last = index === commands.length - 1;
    const output = last ? streams.output : (bytes: string) => void collected.push(bytes);
    statuses.push(inSubshell(shell, (inner) => runCommand(command, inner, { ...streams, input, output })));
    input = collected.join("");
  }
  shell.pipeStatuses = statuses;
  return statuses.at(-1) ?? 0;
}

const subshell = (shell: Shell): Shell => ({ ...shell, variables: new Map(shell.variables) });

function inSubshell(shell: Shell, work: (inner: Shell) => number): number {
  try {
    return work(subshell(shell));
  } catch (error) {
    if (error instanceof Exit) return error.status;
    throw error;
  }
}

function runCommand(command: Command, shell: Shell, outer: Streams): number {
  const streams = redirected(command.redirects, shell, outer);
  if (streams === undefined) return 1;
  switch (command.kind) {
    case "subshell":
      return inSubshell(shell, (inner) => runScript(command.body, { ...inner, status: 0 }, streams));
    case "group":
      return runScript(command.body, shell, streams);
    case "if": {
      for (const { when, body } of command.branches) {
        if (runScript(when, shell, streams) !== 0) continue;
        shell.status = 0;
        return runScript(body, shell, streams);
      }
      shell.status = 0;
      return command.otherwise === undefined ? 0 : runScript(command.otherwise, shell, streams);
    }
    case "while": {
      for (let round = 0; runScript(command.when, shell, streams) === 0; round += 1) {
        // Nothing outside changes while a command runs, so a loop that has not ended by now never does.
        if (round >= longestLoop) throw new Blocked();
        runScript(command.body, shell, streams);
      }
      shell.status = 0;
      return 0;
    }
    case "for": {
      shell.status = 0;
      for (const value of command.words.flatMap((word) => expand(word, shell, streams))) {
        shell.variables.set(command.name, value);
        runScript(command.body, shell, streams);
      }
      return shell.status;
    }
    case "simple": {
      const words = command.words.flatMap((word) => expand(word, shell, streams));
      const values = command.assignments.map(
        ({ name, value }) => [name, expandWhole(value, shell, streams)] as const,
      );
      if (words.length === 0) {
        for (const [name, value] of values) shell.variables.set(name, value);
        // `X=$(command)` has the status of its command; `X=$?` has succeeded.
        return command.assignments.some(({ value }) => value.some(({ kind }) => kind === "output"))
          ? shell.status
          : 0;
      }
      return runProgram(words, values.length === 0 ? shell : withVariables(shell, values), streams);
    }
  }
}

function withVariables(shell: Shell, values: readonly (readonly [string, string])[]): Shell {
  return { ...shell, variables: new Map([...shell.variables, ...values]) };
}

export function runProgram([name = "", ...words]: readonly string[], shell: Shell, streams: Streams): number {
  const program = shell.programs[name.replace(/^.*\//, "")];
  if (program === undefined) {
    streams.errors(`bash: line 1: ${name}: command not found\n`);
    return 127;
  }
  return program(words, { shell, streams });
}

export function resolvePath(path: string, { folder, variables }: Shell): string {
  const home = variables.get("HOME") ?? "/root";
  const whole = path.startsWith("/") ? path : `${folder}/${path.replace(/^~(?=\/|$)/, home)}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function readFile(path: string, shell: Shell): string | undefined {
  const whole = resolvePath(path, shell);
  if (whole === "/dev/null") return "";
  return shell.files.get(whole) ?? shell.systemFile(whole);
}

function redirected(redirects: readonly Redirect[], shell: Shell, outer: Streams): Streams | undefined {
  let { input } = outer;
  const sinks = { 1: outer.output, 2: outer.errors };
  for (const redirect of redirects) {
    if (redirect.kind === "duplicate") sinks[redirect.descriptor] = sinks[redirect.of];
    else if (redirect.kind === "feed") input = `${expandWhole(redirect.text, shell, outer)}\n`;
    else if (redirect.kind === "read") {
      const path = expandWhole(redirect.from, shell, outer);
      input = readFile(path, shell);
      if (input === undefined) {
        sinks[2](`bash: line 1: ${path}: No such file or directory\n`);
        return undefined;
      }
    } else sinks[redirect.descriptor] = toFile(redirect, expandWhole(redirect.to, shell, outer), shell);
  }
  return { input, output: sinks[1], errors: sinks[2] };
}

function toFile({ kind }: Redirect, path: string, shell: Shell): (bytes: string) => void {
  const whole = resolvePath(path, shell);
  if (whole === "/dev/null") return () => undefined;
  if (kind === "write" || !shell.files.has(whole)) shell.files.set(whole, "");
  return (bytes) => void shell.files.set(whole, (shell.files.get(whole) ?? "") + bytes);
}

function variableOf(name: string, shell: Shell): string | undefined {
  if (name === "?") return String(shell.status);
  if (name === "$") return "4242";
  if (name === "#") return "0";
  const index = /^PIPESTATUS\[(\d+)\]$/.exec(name)?.[1];
  if (index !== undefined || name === "PIPESTATUS")
    return String(shell.pipeStatuses[Number(index ?? 0)] ?? "");
  return shell.variables.get(name);
}

/** One word into as many arguments as it makes: what is not quoted is split where it has blanks. */
function expand(word: Word, shell: Shell, streams: Streams): readonly string[] {
  const results: string[] = [];
  let current: string | undefined;
  for (const [index, piece] of word.entries()) {
    const text = pieceText(word, index, shell, streams);
    if (piece.quoted || piece.kind === "text") {
      current = (current ?? "") + text;
      continue;
    }
    const [first = "", ...others] = text.split(/[ \t\n]+/);
    if (first !== "") current = (current ?? "") + first;
    for (const other of others) {
      if (current !== undefined) results.push(current);
      current = other === "" ? undefined : other;
    }
  }
  return current === undefined ? results : [...results, current];
}

function expandWhole(word: Word, shell: Shell, streams: Streams): string {
  return word.map((_, index) => pieceText(word, index, shell, streams)).join("");
}

function pieceText(word: Word, index: number, shell: Shell, streams: Streams): string {
  const piece = word[index];
  if (piece === undefined) return "";
  if (piece.kind === "text") {
    const home = shell.variables.get("HOME") ?? "/root";
    return piece.quoted || index > 0 ? piece.text : piece.text.replace(/^~(?=\/|$)/, home);
  }
  if (piece.kind === "variable") {
    const value = variableOf(piece.name, shell) ?? "";
    return value === "" && piece.fallback !== undefined ? expandWhole(piece.fallback, shell, streams) : value;
  }
  const collected: string[] = [];
  shell.status = inSubshell(shell, (inner) =>
    runScript(
      piece.script,
      { ...inner, status: 0 },
      { ...streams, output: (bytes) => void collected.push(bytes) },
    ),
  );
  return collected.join("").replace(/\n+$/, "");
}
