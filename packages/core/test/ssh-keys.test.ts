import { expect, it } from "vitest";
import { sshKeyBody, sshKeyFingerprint } from "../src/index.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn3rJ0R0b6h9m1s8F5v7J6lQ2nq8k3eT1xw4y5z6A7B";

it("a key is the same under any comment", () => {
  expect(sshKeyBody(` ${key}   me@laptop home \n`)).toBe(key);
});

// As `ssh-keygen -l` prints it.
it("a key has one fingerprint", async () => {
  const printed = "SHA256:z21eI+FencDR5/tfOvVxdgLw0IcMbG7rFyYBzcXREvM";
  expect(await sshKeyFingerprint(key)).toBe(printed);
  expect(await sshKeyFingerprint(`${key} me@laptop`)).toBe(printed);
});

it("whatever stands in an account has one", async () => {
  const [one, other] = await Promise.all(["no key", "no other key"].map(sshKeyFingerprint));
  expect(one).toMatch(/^SHA256:.{43}$/);
  expect(one).not.toBe(other);
  expect(await sshKeyFingerprint("")).toMatch(/^SHA256:/);
});
