import { type LambdaHandler, readBody, readText, requireText } from "./call.ts";
import { refuse, refuseParameter, refuseUnknown } from "./refusal.ts";

export const listKeys: LambdaHandler = ({ store, account }) => ({
  data: store.sshKeys
    .filter(({ owner }) => owner === account.name)
    .map(({ id, name, publicKey }) => ({ id, name, public_key: publicKey })),
});

/** Without a public key the site makes a pair, and shows its private half this once. */
export const addKey: LambdaHandler = ({ json, store, account, context: { random } }) => {
  const body = readBody(json);
  const name = requireText(body, "name");
  if (name.length > 64) refuseParameter("name is longer than 64");
  const given = readText(body, "public_key");
  if (given !== undefined && (given.length > 4096 || !/^\S+ \S+/.test(given))) {
    refuseParameter("public_key is not valid");
  }
  if (store.sshKeys.some((key) => key.owner === account.name && key.name === name)) {
    refuse("global/duplicate", `An SSH key named ${name} exists already.`);
  }
  const publicKey = given ?? `ssh-ed25519 ${random.hex(68)}`;
  const id = random.hex(32);
  store.sshKeys.push({ id, owner: account.name, name, publicKey });
  const made = given === undefined ? { private_key: `synthetic private key ${random.hex(32)}` } : {};
  return { data: { id, name, public_key: publicKey, ...made } };
};

/** Machines that run keep the key. Flag: `keyInUse`. */
export const deleteKey: LambdaHandler = ({ id, store, account, flags }) => {
  const at = store.sshKeys.findIndex((key) => key.id === id && key.owner === account.name);
  if (at === -1) refuseUnknown(`ssh key ${id}`, 404);
  if (flags.has("keyInUse")) refuse("ssh-keys/key-in-use", "The SSH key is in use.");
  store.sshKeys.splice(at, 1);
  return { data: {} };
};
