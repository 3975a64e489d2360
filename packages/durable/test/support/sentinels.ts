import type { LaunchRequest } from "@gpuport/core";
import type { EmulatorOptions, PodyQuota } from "@gpuport/emulator";
import type { CloudName } from "./clouds.ts";

/** Values that nothing else has, one for each place that a secret may be put into. */
export const sentinels = {
  vastKey: "SENTINEL-vast-key-81f2",
  glowsToken: "SENTINEL-glows-token-9c3d",
  podyPassword: "SENTINEL-pody-password-55ab",
  podyNextPassword: "SENTINEL-pody-next-password-e01f",
  hpcAiPassword: "SENTINEL-hpc-ai-password-0d77",
  hpcAiKey: "SENTINEL-hpc-ai-key-6b1e",
  env: "SENTINEL-env-value-4e9a",
  startup: "SENTINEL-startup-script-c2d8",
  command: "SENTINEL-command-1a6f",
  registry: "SENTINEL-registry-password-b730",
} as const;

const quota: PodyQuota = {
  ...{ max_pods: 8, gpu_count: 2, gpus: "all", memory_limit: 2 ** 34, storage_size: -1, shm_size: 2 ** 33 },
  ...{ tmpfs_size: 0, commit_count: 3, commit_size_limit: 2 ** 34 },
};

/** The clouds let these in, and nothing else. */
export const sentinelAccounts: EmulatorOptions = {
  vast: { apiKey: sentinels.vastKey },
  glows: { accounts: [{ user: "10001", token: sentinels.glowsToken }] },
  pody: { users: [{ name: "alice", password: sentinels.podyPassword, isAdmin: false, quota }] },
  "hpc-ai": {
    accounts: [
      {
        username: "emulator@hpc-ai.example",
        password: sentinels.hpcAiPassword,
        apiKey: sentinels.hpcAiKey,
        balance: 1000,
      },
    ],
  },
};

const env = { API_TOKEN: sentinels.env };
/** Nobody writes a script on one line. */
const startup = `#!/bin/sh\nexport KEY="${sentinels.startup}"\n${"# what it does\n".repeat(50)}exec train --quietly\n`;

/** A launch with a secret in every field of each cloud that may hold one. */
export const secretRequests: Readonly<Record<CloudName, LaunchRequest>> = {
  vast: {
    ...{ env, startup, gpu: { model: "RTX 4090" }, image: "registry.example/trainer:2.1" },
    providerOptions: { vast: { image_login: `-u me -p ${sentinels.registry} registry.example` } },
  },
  glows: {
    ...{ env, gpu: { model: "RTX 4090" }, image: "img-4x7mz2va" },
    command: `train --password ${sentinels.command}`,
  },
  pody: { image: "ubuntu-cuda:12.4" },
  "hpc-ai": {
    ...{ env, startup, gpu: { model: "H200", count: 8 }, image: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01" },
    command: `train --password ${sentinels.command}`,
  },
};

/** Where each secret goes on its way to a cloud: in no place but these, and in each of them. */
export const documented: Readonly<Record<CloudName, readonly string[]>> = {
  vast: ["body docker_login_pass", "body env", "body image_login", "body onstart", "header authorization"],
  glows: ["body cmd", "body envs", "header authorization"],
  // The server reads a new password nowhere else.
  pody: ["header authorization", "query passwd"],
  "hpc-ai": ["body instanceConfiguration", "body password", "header cookie", "header x-api-key"],
};

const base64 = (text: string): string => Buffer.from(text).toString("base64").replace(/=+$/, "");

/** A secret as it is, and in every form that it takes on its way to a cloud. */
const forms: readonly string[] = [
  ...Object.values(sentinels).flatMap((value) => [value, base64(value)]),
  ...[sentinels.podyPassword, sentinels.podyNextPassword].map((password) => base64(`alice:${password}`)),
];

/** The sentinels that a text holds. @param more Secrets that a cloud has given out meanwhile. */
export function sentinelsIn(text: string, more: Iterable<string> = []): readonly string[] {
  return [...forms, ...more].filter((form) => text.includes(form));
}
