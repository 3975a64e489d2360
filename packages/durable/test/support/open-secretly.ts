import type { CommonOptions, ComputeProvider } from "@gpuport/core";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { pody } from "@gpuport/pody";
import { vast } from "@gpuport/vast";
import type { CloudName, EmulatorAddress } from "./clouds.ts";
import { sentinels } from "./sentinels.ts";

export const adapters = { vast, glows, pody, "hpc-ai": hpcAi } as const;

/** Opens a provider with sentinels for credentials. @param withKey HPC-AI's other way to log in. */
export function openSecretly(
  cloud: CloudName,
  { urls }: Pick<EmulatorAddress, "urls">,
  means: CommonOptions,
  withKey = false,
): ComputeProvider {
  const account = { username: "emulator@hpc-ai.example", password: sentinels.hpcAiPassword };
  switch (cloud) {
    case "vast":
      return vast({ ...means, apiKey: sentinels.vastKey, baseUrl: urls.vast });
    case "glows":
      return glows({ ...means, token: sentinels.glowsToken, baseUrl: urls.glows });
    case "pody":
      return pody({ ...means, username: "alice", password: sentinels.podyPassword, baseUrl: urls.pody });
    case "hpc-ai":
      return hpcAi({
        ...means,
        ...(withKey ? { apiKey: sentinels.hpcAiKey } : account),
        baseUrl: urls["hpc-ai"],
      });
  }
}
