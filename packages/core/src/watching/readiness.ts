import type { Socket } from "node:net";
import type { Instance } from "../model/index.ts";

/** How far a running machine must have come: its address is known, something answers there, an ssh server greets. */
export type Readiness = "endpoint" | "tcp" | "ssh";

/** How far a machine has come, for people. */
export interface Rung {
  readonly isReady: boolean;
  /** What was found on the rung that it has not taken. */
  readonly words?: string | undefined;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const connectTimeoutMs = 3_000;

/** Climbs from the address to the greeting, afresh each time: after a restart a machine may have other ports. */
export async function readinessOf(instance: Instance, wanted: Readiness, signal: AbortSignal): Promise<Rung> {
  const { ssh, ports } = instance.access;
  const published = ports.map(({ host, publicPort }) => ({ host, port: publicPort }));
  const addresses: readonly Address[] = wanted === "ssh" || ssh.length > 0 ? ssh : published;
  if (addresses.length === 0) return { isReady: false, words: "its address is not known yet" };
  if (wanted === "endpoint") return { isReady: true };
  let words: string | undefined;
  for (const address of addresses) {
    const rung = await knock(address, wanted, signal);
    if (rung.isReady) return rung;
    words = rung.words;
  }
  return { isReady: false, words };
}

/** An open port is an answer to `tcp`; `ssh` wants the greeting. */
async function knock({ host, port }: Address, wanted: Readiness, signal: AbortSignal): Promise<Rung> {
  const { connect } = await import("node:net"); // only here, so that core loads where there are no sockets
  return new Promise((resolve) => {
    const socket: Socket = connect({ host, port, signal });
    const place = `${host}:${port}`;
    let isOpen = false;
    const end = (isReady: boolean, words?: string): void => {
      socket.destroy();
      resolve({ isReady, words });
    };
    const silent = (): void =>
      end(false, isOpen ? `${place} is open, but no ssh server greets` : `${place} does not answer`);
    socket.setTimeout(connectTimeoutMs, silent);
    socket.once("connect", () => {
      isOpen = true;
      if (wanted === "tcp") end(true);
    });
    socket.once("data", (greeting) => {
      if (greeting.toString("latin1").startsWith("SSH-")) end(true);
      else end(false, `${place} is open, but it is no ssh server`);
    });
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(false, `${place}: ${error.code ?? error.message}`),
    );
    socket.once("close", silent);
  });
}
