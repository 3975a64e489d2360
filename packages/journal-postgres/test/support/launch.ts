import type { LaunchRecord } from "@gpuport/core";

export function launch(more: Partial<LaunchRecord> = {}): LaunchRecord {
  return {
    provider: "northwind",
    key: "training",
    requestHash: "hash of the request",
    state: "open",
    identity: "training-gp0123456789abcdefgh",
    sentAt: 1_760_000_000_123,
    late: "adopt",
    ...more,
  };
}
