import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";
import { unverified } from "../outcome.ts";
import { listPromises } from "../stored.ts";

const sshKeys = topic("ssh keys");
/** What makes two lines one key; the comment behind it is free. */
const bodyOf = (line: string): string | undefined => line.split(" ")[1];
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdwdXBvcnRjb25mb3JtYW5jZWtleXByb2JlMDE= conformance";

export const sshKeyCases: readonly Case[] = [
  ...listPromises("sshKeys", "ssh keys", (group, options) => group.list(options)),
  sshKeys.having("sshKeys", "an ssh key is added, listed and removed", async (group) => {
    const { id, publicKey: kept } = await group.add(publicKey);
    same(kept.split(" ")[1], publicKey.split(" ")[1], "the key that was added");
    claim(
      (await collect(group.list())).some((key) => key.id === id),
      "the key was added, but is not listed",
    );
    await group.remove(id);
    claim(
      (await collect(group.list())).every((key) => key.id !== id),
      "the key was removed, but is listed",
    );
  }),
  sshKeys.having("sshKeys", "an ssh key that is there already is given back", async (group) => {
    const first = await group.add(publicKey);
    const second = await group.add(publicKey);
    same(second.id, first.id, "the id of a key that was added twice");
    const listed = (await collect(group.list())).filter(({ id }) => id === first.id);
    same(listed.length, 1, "how often the key is listed");
    await group.remove(first.id);
  }),
  sshKeys.having("sshKeys.attach", "an ssh key can be put into a machine", async (group, { rentRunning }) => {
    const { id } = await rentRunning();
    await group.attach(id, publicKey);
  }),
  sshKeys.having(
    "sshKeys.attached",
    "a key that was put into a machine is one of its keys",
    async (group, { provider, rentRunning }) => {
      const { attach = unverified("it puts no key into a machine") } = group;
      const { id } = await rentRunning();
      await attach(id, publicKey);
      const keys = await collect(group.attached(id));
      const found = keys.filter((key) => bodyOf(key.publicKey) === bodyOf(publicKey));
      same(found.length, 1, "how often the machine has the key");
      for (const key of keys) {
        claim(key.id !== "", "a key of a machine has no id");
        same(key.provider, provider.name, "the provider of a machine's key");
      }
    },
  ),
  sshKeys.having("sshKeys.attached", "a machine that never was has no keys", async (group, { unknownId }) => {
    await refused("the keys of an unknown machine", () => collect(group.attached(unknownId)));
  }),
  sshKeys.having(
    "sshKeys.detach",
    "a key that is taken out of a machine stays the account's",
    async (group, { rentRunning }) => {
      const { attach = unverified("it puts no key into a machine") } = group;
      const { attached = unverified("it does not tell the keys of a machine") } = group;
      const kept = await group.add(publicKey);
      const { id } = await rentRunning();
      await attach(id, publicKey);
      const isProbe = (key: { readonly publicKey: string }) => bodyOf(key.publicKey) === bodyOf(publicKey);
      const inside = (await collect(attached(id))).find(isProbe);
      claim(inside !== undefined, "a key was put into a machine, and is none of its keys");
      await group.detach(id, inside.id);
      claim(!(await collect(attached(id))).some(isProbe), "a key was taken out, and is still the machine's");
      const account = await collect(group.list());
      claim(
        account.some((key) => key.id === kept.id),
        "a key was taken out of a machine, and out of the account with it",
      );
    },
  ),
  ...[
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ["two lines", "ssh-rsa AAAA\nssh-rsa BBBB"],
  ].map(([what, key = ""]) =>
    sshKeys.having("sshKeys", `${what} is no public key`, async (group, { tap }) => {
      const { exchanges, result } = await tap.during(() =>
        refused(`an ssh key of ${what}`, () => group.add(key), "invalid_argument"),
      );
      same(exchanges.length, 0, `requests with ${what} for a public key`);
      claim(!result.message.includes(key), `the error of ${what} shows the key`);
    }),
  ),
];
