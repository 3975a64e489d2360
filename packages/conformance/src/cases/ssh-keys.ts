import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same } from "../claims.ts";
import { listPromises } from "../stored.ts";

const sshKeys = topic("ssh keys");
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
