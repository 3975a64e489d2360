import { created, noContent, ok, type RunpodHandler } from "./call.ts";
import { readBody } from "./fields.ts";
import { refuse, refuseMembers } from "./refusal.ts";

export const getSshKeys: RunpodHandler = ({ store }) => ok({ keys: store.sshKeys });

/** The account has one list, and this is it from now on: whoever writes last wins. */
export const putSshKeys: RunpodHandler = ({ request, store }) => {
  const body = readBody(request.json, ["keys"]);
  const keys = body.texts("keys");
  if (keys === undefined) body.wrong("keys", "is required");
  const foreign = (keys ?? []).find((key) => !/^(?:ssh-|ecdsa-|sk-)/.test(key));
  if (foreign !== undefined) body.wrong("keys", "must begin with ssh-, ecdsa- or sk-");
  body.done();
  store.sshKeys = keys ?? [];
  return ok({ keys: store.sshKeys });
};

/** A value goes in and never comes out. */
export const listSecrets: RunpodHandler = ({ store }) =>
  ok({ secrets: [...store.secrets.values()].map(({ value: _value, ...shown }) => shown) });

export const createSecret: RunpodHandler = ({ request, store, context }) => {
  const body = readBody(request.json, ["name", "value", "description"]);
  const name = body.text("name") ?? "";
  const value = body.text("value") ?? "";
  const description = body.nullableText("description") ?? null;
  if (name === "" || name.length > 191) body.wrong("name", "must have 1 to 191 letters");
  if (name.startsWith("RUNPOD")) body.wrong("name", "must not begin with RUNPOD");
  if (!body.has("value")) body.wrong("value", "is required");
  body.done();
  const secret = { id: context.random.hex(10), name, description };
  store.secrets.set(secret.id, { ...secret, value });
  return created(secret);
};

export const updateSecret: RunpodHandler = ({ request, store }) => {
  const secret = store.secrets.get(request.params["id"] ?? "");
  if (secret === undefined) return refuse(404, "secret not found");
  const body = readBody(request.json, ["value", "description"]);
  const value = body.text("value") ?? secret.value;
  const description = body.nullableText("description") ?? secret.description;
  body.done();
  const { id, name } = secret;
  store.secrets.set(id, { id, name, description, value });
  return ok({ id, name, description });
};

export const deleteSecret: RunpodHandler = ({ request, store }) =>
  store.secrets.delete(request.params["id"] ?? "") ? noContent : refuse(404, "secret not found");

export const listRegistries: RunpodHandler = ({ store }) =>
  ok({ registries: [...store.registries.values()] });

export const getRegistry: RunpodHandler = ({ request, store }) =>
  ok(store.registries.get(request.params["id"] ?? "") ?? refuse(404, "registry credential not found"));

export const createRegistry: RunpodHandler = ({ request, store, context }) => {
  const body = readBody(request.json, ["name", "username", "password"]);
  const missing = ["name", "username", "password"].filter((member) => !body.has(member));
  if (missing.length > 0) refuseMembers(missing.map((member) => `${member}: is required`));
  const registry = { id: context.random.hex(10), name: body.text("name") ?? "" };
  body.done();
  store.registries.set(registry.id, registry);
  return created(registry);
};

export const deleteRegistry: RunpodHandler = ({ request, store }) =>
  store.registries.delete(request.params["id"] ?? "")
    ? noContent
    : refuse(404, "registry credential not found");
