import type { Endpoint, RateLimit } from "@gpuport/core";

/** One call in so many seconds: what Vast.ai calls a threshold. */
const threshold = (seconds: number): RateLimit => ({ calls: 1, perMs: seconds * 1000 });

/**
 * The list is version 1 and everything else version 0; the list of version 0 is withdrawn, and has answered with an
 * empty list to people whose machines went on billing. Slashes at the end belong to the paths.
 *
 * @see https://docs.vast.ai/api-reference/rate-limits-and-errors for the thresholds (read 2026-08-07)
 */
export const endpoints = {
  /** @see https://docs.vast.ai/api-reference/search/search-offers */
  "offers.search": {
    method: "POST",
    path: "api/v0/bundles/",
    evidence: "documented",
    limit: { calls: 10, perMs: 60_000 },
  },
  /** @see https://docs.vast.ai/api-reference/instances/create-instance */
  "instance.create": {
    method: "PUT",
    path: "api/v0/asks/{offerId}/",
    evidence: "documented",
    limit: threshold(4.5),
    timeoutMs: 60_000,
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instance */
  "instance.get": {
    method: "GET",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(2),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instances */
  "instance.list": { method: "GET", path: "api/v1/instances/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/instances/manage-instance */
  "instance.setState": {
    method: "PUT",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/reboot-instance */
  "instance.reboot": {
    method: "PUT",
    path: "api/v0/instances/reboot/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/recycle-instance */
  "instance.recycle": {
    method: "PUT",
    path: "api/v0/instances/recycle/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** One path with two jobs. @see https://docs.vast.ai/api-reference/instances/manage-instance */
  "instance.label": {
    method: "PUT",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/change-bid */
  "instance.bid": {
    method: "PUT",
    path: "api/v0/instances/bid_price/{id}/",
    evidence: "documented",
    limit: threshold(5.5),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-logs */
  "instance.logs": {
    method: "PUT",
    path: "api/v0/instances/request_logs/{id}/",
    evidence: "documented",
  },
  /** @see https://docs.vast.ai/api-reference/instances/execute */
  "instance.exec": {
    method: "PUT",
    path: "api/v0/instances/command/{id}/",
    evidence: "documented",
    limit: threshold(1.5),
  },
  /** In object storage, at the place that an answer names; the path is below that place. */
  "instance.result": { method: "GET", path: "{file}", evidence: "documented" },
  /** @see https://github.com/vast-ai/vast-cli/blob/master/vastai/api/instances.py */
  "instance.snapshot": {
    method: "POST",
    path: "api/v0/instances/take_snapshot/{id}/",
    evidence: "documented",
  },
  /** @see https://docs.vast.ai/api-reference/instances/attach-ssh-key */
  "instance.sshKeyAttach": {
    method: "POST",
    path: "api/v0/instances/{id}/ssh/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/show-instance-ssh-keys */
  "instance.sshKeys": {
    method: "GET",
    path: "api/v0/instances/{id}/ssh/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/detach-ssh-key */
  "instance.sshKeyDetach": {
    method: "DELETE",
    path: "api/v0/instances/{id}/ssh/{keyId}/",
    evidence: "documented",
    limit: threshold(1),
  },
  /** @see https://docs.vast.ai/api-reference/instances/destroy-instance */
  "instance.destroy": {
    method: "DELETE",
    path: "api/v0/instances/{id}/",
    evidence: "documented",
    limit: threshold(3),
  },

  /** @see https://docs.vast.ai/api-reference/accounts/show-ssh-keys */
  "sshkey.list": { method: "GET", path: "api/v0/ssh/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/accounts/create-ssh-key */
  "sshkey.create": { method: "POST", path: "api/v0/ssh/", evidence: "documented", limit: threshold(1) },
  /** @see https://docs.vast.ai/api-reference/accounts/delete-ssh-key */
  "sshkey.delete": { method: "DELETE", path: "api/v0/ssh/{id}/", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/accounts/show-user */
  "account.get": { method: "GET", path: "api/v0/users/current/", evidence: "documented" },

  /** @see https://docs.vast.ai/cli/reference/show-volumes */
  "volume.list": { method: "GET", path: "api/v0/volumes", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/volumes/search-volumes */
  "volume.search": { method: "POST", path: "api/v0/volumes/search/", evidence: "documented" },
  /** @see https://docs.vast.ai/api-reference/volumes/rent-volume */
  "volume.create": {
    method: "PUT",
    path: "api/v0/volumes/",
    evidence: "documented",
    limit: threshold(5.5),
    timeoutMs: 60_000,
  },
  /** @see https://docs.vast.ai/cli/reference/delete-volume */
  "volume.delete": { method: "DELETE", path: "api/v0/volumes/", evidence: "documented" },
} as const satisfies Readonly<Record<string, Endpoint>>;
export type EndpointName = keyof typeof endpoints;
