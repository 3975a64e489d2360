import { has, type PodyCall, type PodyHandler } from "./call.ts";
import type { PodyQuota } from "./settings.ts";

export const getUser: PodyHandler = (call) => ({
  json: {
    user: { name: call.user.name, is_admin: call.user.isAdmin ? 1 : 0 },
    quota: toQuota(call, call.user.quota),
  },
});

/** Each release knows a little more about quotas. */
function toQuota(call: PodyCall, quota: PodyQuota) {
  const { max_pods, gpu_count, memory_limit } = quota;
  // Whole gigabytes before bytes.
  if (!has(call, "0.1.6")) {
    return {
      max_pods,
      gpu_count,
      memory_limit: memory_limit < 0 ? memory_limit : Math.floor(memory_limit / 2 ** 30),
    };
  }
  const storage = has(call, "0.2.0") ? "storage_size" : "storage_limit";
  return {
    max_pods,
    gpu_count,
    ...(has(call, "0.2.2") ? { gpus: quota.gpus } : {}),
    memory_limit,
    ...(has(call, "0.1.7") ? { [storage]: quota.storage_size } : {}),
    ...(has(call, "0.1.15") ? { shm_size: quota.shm_size } : {}),
    ...(has(call, "0.3.4") ? { tmpfs_size: quota.tmpfs_size } : {}),
    ...(has(call, "0.3.0")
      ? { commit_count: quota.commit_count, commit_size_limit: quota.commit_size_limit }
      : {}),
  };
}

export const listUsers: PodyHandler = ({ settings }) => ({ json: settings.users.map(({ name }) => name) });

export const changePassword: PodyHandler = ({ store, user, parameters }) => {
  store.passwords.set(user.name, parameters.text("passwd"));
  return { json: { message: "Password changed" } };
};
