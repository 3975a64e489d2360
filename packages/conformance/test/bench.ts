import { northwind } from "../../core/test/northwind/adapter.ts";
import { startNorthwind } from "../../core/test/northwind/server.ts";
import type { Bench } from "../src/index.ts";

/** The imaginary cloud, over a real socket, the way a third party opens its own. */
export async function openNorthwind(): Promise<Bench> {
  const cloud = await startNorthwind();
  const { key: apiKey } = cloud.settings;
  return {
    make: (means) => northwind({ ...means, apiKey, baseUrl: cloud.url }),
    stranger: (means) => northwind({ ...means, apiKey: "refused", baseUrl: cloud.url }),
    request: { gpu: { model: "RTX 4090" }, image: "trainer" },
    unknownId: "m999",
    machines: () => cloud.machines.size,
    clock: cloud.clock,
    secrets: [apiKey],
    environment: {
      make: (means) => northwind({ ...means, baseUrl: cloud.url }),
      variables: { NORTHWIND_API_KEY: apiKey },
    },
    close: () => cloud[Symbol.asyncDispose](),
  };
}
