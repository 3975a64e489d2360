import { fork } from "node:child_process";
import { once } from "node:events";
import { pin } from "./pin.ts";

/** The stub clouds, in a process of their own so that their CPU time is not the client's. */
export interface StubServer {
  readonly url: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function startStubServer(): Promise<StubServer> {
  const child = fork(new URL("./stub.ts", import.meta.url), { stdio: "inherit" });
  pin(child, 0);
  const [port]: unknown[] = await once(child, "message");
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
