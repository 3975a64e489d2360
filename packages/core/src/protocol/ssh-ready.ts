import type { Instance } from "../model/index.ts";

const connectTimeoutMs = 3_000;

/** Whether an ssh server greets at one of the machine's addresses. An open port alone is not an answer. */
export async function sshAnswers(instance: Instance, signal: AbortSignal): Promise<boolean> {
  for (const { host, port } of instance.access.ssh) {
    if (await greets(host, port, signal)) return true;
  }
  return false;
}

async function greets(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  const { connect } = await import("node:net"); // only here, so that core loads where there are no sockets
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(connectTimeoutMs, () => end(false));
    socket.once("data", (greeting) => end(greeting.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => end(false)); // refused or unreachable: not ready yet
    socket.once("close", () => end(false));
  });
}
