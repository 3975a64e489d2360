import { ok } from "./answers.ts";
import { gpuKinds } from "./gpus.ts";
import { userId } from "./keys.ts";
import type { VastRoute, World } from "./world.ts";

/** The account, and the two catalogues that need no key. */
export function accountRoutes(world: World): readonly VastRoute[] {
  const { settings, account } = world;
  return [
    {
      key: "account.get",
      method: "GET",
      pattern: "/api/v0/users/current/",
      auth: "required",
      handle: () =>
        ok({
          id: userId,
          username: settings.username,
          email: `${settings.username}@example.test`,
          balance: account.balance,
          credit: account.credit,
          sid: "C.1234",
          ssh_key: [...world.sshKeys.values()].at(0)?.publicKey ?? "",
          balance_threshold: 0,
          balance_threshold_enabled: false,
          // The real answer has it too: whoever keeps or logs this object keeps or logs the key.
          api_key: settings.apiKey,
        }),
    },
    {
      key: "catalog.gpuNames",
      method: "GET",
      pattern: "/api/v0/gpu_names/unique/",
      auth: "none",
      handle: () => ok({ gpu_names: [...new Set(gpuKinds.map(({ name }) => name))].sort() }),
    },
    {
      key: "catalog.gpuTypes",
      method: "GET",
      pattern: "/api/v0/gpu_types/",
      auth: "none",
      handle: () =>
        ok({
          gpu_types: gpuKinds.map(({ name, memory, arch, capability }) => ({
            gpu_name: name,
            gpu_ram: memory,
            gpu_arch: arch,
            compute_cap: capability,
          })),
        }),
    },
  ];
}
