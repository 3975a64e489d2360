import type { Bench } from "@gpuport/conformance";
import { myCloud } from "../src/index.ts";
import { credentials, startServer, wrongCredentials } from "./server.ts";

/** The cloud as `server.ts` plays it, to hold the adapter against. */
export async function openBench(): Promise<Bench> {
  const server = await startServer();
  const baseUrl = server.url;
  return {
    make: (means) => myCloud({ ...means, ...credentials, baseUrl }),
    stranger: (means) => myCloud({ ...means, ...wrongCredentials, baseUrl }),
    request: { gpu: { model: "RTX 4090" }, image: "pytorch/pytorch" },
    unknownId: "m-9999",
    machines: server.billing,
    clock: server.clock,
    close: server.close,
  };
}
