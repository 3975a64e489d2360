import type { Bench } from "@gpuport/conformance";
import { myCloud } from "../src/index.ts";
import { credentials, startServer, wrongCredentials } from "./server.ts";

/** The cloud as `server.ts` plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const server = await startServer();
  const options = { baseUrl: server.url, clock: server.clock };
  return {
    provider: myCloud({ ...credentials, ...options }),
    stranger: myCloud({ ...wrongCredentials, ...options }),
    request: { gpu: { model: "RTX 4090" }, image: "pytorch/pytorch" },
    unknownId: "m-9999",
    machines: server.billing,
    close: server.close,
  };
}
