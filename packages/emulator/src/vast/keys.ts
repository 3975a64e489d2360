import type { Answer, CloudRequest } from "../kit/types.ts";
import { asObject, fail, ok } from "./answers.ts";
import { onContract } from "./changes.ts";
import type { Contract, SshKey, VastRoute, World } from "./world.ts";

const keyShape = /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+( .*)?$/;
/** The one account there is. */
export const userId = 1234;

export function keyRoutes(world: World): readonly VastRoute[] {
  const route = (key: string, method: string, pattern: string, handle: VastRoute["handle"]): VastRoute => ({
    key,
    method,
    pattern,
    auth: "required",
    threshold: 1,
    handle,
  });
  const perInstance = "/api/v0/instances/:id/ssh/";
  return [
    { ...route("sshkey.list", "GET", "/api/v0/ssh/", () => list(world)), rows: "" },
    route("sshkey.create", "POST", "/api/v0/ssh/", (request) => create(world, request)),
    route("sshkey.update", "PUT", "/api/v0/ssh/:key/", (request) => update(world, request)),
    route("sshkey.delete", "DELETE", "/api/v0/ssh/:key/", (request) => remove(world, request)),
    route("instance.sshKeys", "GET", perInstance, (request) =>
      onContract(world, request, (contract) => listAttached(world, contract)),
    ),
    route("instance.sshKeyAttach", "POST", perInstance, (request) =>
      onContract(world, request, (contract, body) => attach(world, contract, body["ssh_key"])),
    ),
    route("instance.sshKeyDetach", "DELETE", `${perInstance}:key/`, (request) =>
      onContract(world, request, (contract) => detach(contract, Number(request.params["key"]))),
    ),
  ];
}

function toRow({ id, publicKey, createdAt }: SshKey): object {
  return {
    id,
    user_id: userId,
    public_key: publicKey,
    key: publicKey,
    created_at: createdAt / 1000,
    deleted_at: null,
  };
}

function list(world: World): Answer {
  if (world.sshKeys.size === 0) return fail(404, "no_ssh_keys", "No ssh keys found.");
  return { status: 200, json: [...world.sshKeys.values()].map(toRow) };
}

function readKey(value: unknown): string | undefined {
  return typeof value === "string" && keyShape.test(value.trim()) ? value.trim() : undefined;
}

function addKey(world: World, publicKey: string): SshKey {
  const key: SshKey = { id: world.nextId(), publicKey, createdAt: world.context.clock.now() };
  world.sshKeys.set(key.id, key);
  return key;
}

function create(world: World, { json }: CloudRequest): Answer {
  const publicKey = readKey(asObject(json)?.["ssh_key"]);
  if (publicKey === undefined) return fail(400, "invalid_args", "error 400/3467: Invalid args: ssh_key");
  return ok({ success: true, key: toRow(addKey(world, publicKey)) });
}

function update(world: World, { params, json }: CloudRequest): Answer {
  const key = world.sshKeys.get(Number(params["key"]));
  if (key === undefined) return fail(400, "no_ssh_key", "ssh key not found");
  const publicKey = readKey(asObject(json)?.["ssh_key"]);
  if (publicKey === undefined) return fail(400, "invalid_args", "error 400/3467: Invalid args: ssh_key");
  key.publicKey = publicKey;
  return ok({ success: true });
}

function remove(world: World, { params }: CloudRequest): Answer {
  if (!world.sshKeys.delete(Number(params["key"]))) return fail(400, "no_ssh_key", "ssh key not found");
  return ok({ success: true });
}

/** The keys are JSON inside JSON. */
function listAttached(world: World, contract: Contract): Answer {
  const keys = contract.sshKeys.flatMap((id) => world.sshKeys.get(id) ?? []);
  return ok({ success: true, ssh_keys: JSON.stringify(keys.map(toRow)) });
}

function attach(world: World, contract: Contract, value: unknown): Answer {
  const publicKey = readKey(value);
  if (publicKey === undefined) return fail(400, "invalid_args", "error 400/3467: Invalid args: ssh_key");
  const known = [...world.sshKeys.values()].find((key) => key.publicKey === publicKey);
  const { id } = known ?? addKey(world, publicKey);
  if (!contract.sshKeys.includes(id)) contract.sshKeys = [...contract.sshKeys, id];
  return ok({ success: true, msg: "SSH key added to instance." });
}

function detach(contract: Contract, id: number): Answer {
  if (!contract.sshKeys.includes(id)) return fail(400, "no_ssh_key", "ssh key not found");
  contract.sshKeys = contract.sshKeys.filter((other) => other !== id);
  return ok({ success: true });
}
