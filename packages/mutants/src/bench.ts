import type { BenchMaker } from "@gpuport/conformance";
import { soundPieces, tundraOf } from "./adapter/tundra.ts";
import { startTundra } from "./cloud/tundra.ts";
import type { Make } from "./mutant.ts";

/** A cloud of its own for every case, and the adapter under test on it. */
export function benchOf(make: Make): BenchMaker {
  return async () => {
    const cloud = await startTundra();
    const { url, credential, clock } = cloud;
    return {
      make: (means) => make({ url, credential }, means),
      stranger: (means) => make({ url, credential: "tundra-key-of-nobody" }, means),
      // Two GPUs, so that one is not all.
      request: { gpu: { model: "RTX 4090", count: 2 }, image: "base/cuda:12.4" },
      unknownId: "mc-99",
      machines: () => cloud.bill().length,
      clock,
      samples: {
        command: "echo conformance",
        imageSource: "registry.example/team/trainer:2.1",
        volume: { sizeMiB: 10_240, region: "no-north-1" },
        networkRegion: "no-north-1",
      },
      environment: {
        make: (means) => tundraOf(soundPieces)({ ...means, baseUrl: url }),
        variables: { TUNDRA_API_KEY: credential },
      },
      close: cloud.close,
    };
  };
}
