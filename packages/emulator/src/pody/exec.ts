import { existing, has, type PodyCall, type PodyHandler, type PodyResult } from "./call.ts";
import { resolveName } from "./names.ts";
import { refuse } from "./refusal.ts";
import { machineFile, machinePrograms } from "./shell/machine.ts";
import { programs } from "./shell/programs.ts";
import { runLine } from "./shell/run.ts";
import { Blocked } from "./shell/shell.ts";
import { type PodyPod, statusOf } from "./state.ts";

export interface ExecResult {
  readonly exitCode: number;
  /** Both streams together, as text. */
  readonly output: string;
  readonly takesMs?: number | undefined;
  /** The output is not text: reading it is the end of the server. */
  readonly binary?: boolean | undefined;
}

/** From here on the server mistakes an answer for silence. */
const longestOutput = 65_536;

/**
 * Runs a command in a pod. Nothing is really executed: a small shell of the emulator's own knows the language and a table
 * of programs, and `settings.exec` is asked first.
 */
export const execInPod: PodyHandler = (call) => {
  const { parameters, store, settings, flags, context } = call;
  const fullName = resolveName(parameters.text("ins"), call.user, settings);
  const command = parameters.text("cmd");
  const asked = parameters.integer("timeout", 30);
  const timeoutSeconds = has(call, "0.3.0") ? asked : 10;
  const pod =
    existing(store).find((row) => row.fullName === fullName) ??
    refuse(404, `Container ${fullName} not found`);

  const status = flags.has("execRestarting") ? "restarting" : statusOf(pod, context.clock.now());
  if (status !== "running") return failed(conflictText(pod, status));
  const timedOut = failed("Timeout", Math.max(0, timeoutSeconds) * 1000);
  if (timeoutSeconds <= 0 || flags.has("execTimeout")) return timedOut;
  if (pod.image.withoutBash) {
    const log =
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/bash": stat /bin/bash: no such file or directory: unknown\r\n';
    return { json: { exit_code: 126, log } };
  }
  const result =
    settings.exec?.(command, { name: pod.name, user: pod.user }) ?? interpret(command, pod, call);
  if (result === "blocked") return timedOut;
  if (result.binary === true || flags.has("execBinary")) {
    store.hung = true;
    return failed("");
  }
  const { exitCode, output, takesMs = 0 } = result;
  if (takesMs > timeoutSeconds * 1000) return timedOut;
  if (Buffer.byteLength(output) >= longestOutput || flags.has("execHuge")) return timedOut;
  // Before 0.1.5 every command seems to succeed.
  return { json: { exit_code: has(call, "0.1.5") ? exitCode : 0, log: output }, takesMs };
};

const failed = (log: string, takesMs = 0): PodyResult => ({ json: { exit_code: -1, log }, takesMs });

function conflictText({ containerId }: PodyPod, status: string): string {
  const url = `http+docker://localhost/v1.41/containers/${containerId}/exec`;
  const states: Readonly<Record<string, string>> = {
    restarting: `Container ${containerId} is restarting, wait until the container is running`,
    paused: `Container ${containerId} is paused, unpause the container before exec`,
  };
  const message = states[status] ?? `Container ${containerId} is not running`;
  return `Docker API error: 409 Client Error for ${url}: Conflict ("${message}")`;
}

/** The emulator's own shell, on a terminal: one stream, and lines that end in carriage return and line feed. */
function interpret(command: string, pod: PodyPod, { settings, context }: PodyCall): ExecResult | "blocked" {
  const written: string[] = [];
  const write = (bytes: string) => void written.push(bytes.replace(/\n/g, "\r\n"));
  const { machine } = settings;
  const hostname = pod.containerId.slice(0, 12);
  const clock = { elapsedMs: 0 };
  const shell = {
    variables: new Map([
      ["HOME", "/root"],
      ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ["HOSTNAME", hostname],
    ]),
    files: pod.files,
    systemFile: (path: string) => machineFile(machine, path),
    programs: { ...programs, ...machinePrograms(machine, { gpus: pod.visibleGpus, hostname }) },
    temporaryName: () => `/tmp/tmp.${context.random.hex(10)}`,
    clock,
    folder: "/root",
    status: 0,
    pipeStatuses: [],
  };
  try {
    const bytes = Buffer.from(command, "utf8").toString("latin1");
    const exitCode = runLine(bytes, shell, { input: undefined, output: write, errors: write });
    return { exitCode, takesMs: clock.elapsedMs, ...toText(written.join("")) };
  } catch (error) {
    if (error instanceof Blocked) return "blocked";
    throw error;
  }
}

function toText(bytes: string): Pick<ExecResult, "output" | "binary"> {
  try {
    return {
      output: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1")),
    };
  } catch {
    // Reported as what it is to the server: bytes it cannot read.
    return { output: "", binary: true };
  }
}
