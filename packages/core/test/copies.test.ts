import { expect, it } from "vitest";
import { rawFrom, withRaw } from "../src/raw.ts";
import { redact, Secret, secretSchema, secretsIn } from "../src/secret.ts";

// An application and its adapters may each have a copy of this package.

/** The same module once more, with a state of its own. */
const copyOf = async <Module>(path: string): Promise<Module> =>
  await import(/* @vite-ignore */ `${new URL(path, import.meta.url).href}?copy`);

it("a secret of another copy is a secret: hidden, found and revealed", async () => {
  const other = await copyOf<{ Secret: typeof Secret }>("../src/secret.ts");
  const secret = new other.Secret("hunter2-secret");
  expect(other.Secret).not.toBe(Secret);
  expect(secret).toBeInstanceOf(Secret);
  expect(secretSchema.parse(secret).reveal()).toBe("hunter2-secret");
  expect(redact("said hunter2-secret", secretsIn({ token: secret }))).toBe("said [secret]");
  expect([{}, null, "hunter2", () => {}].some((value) => value instanceof Secret)).toBe(false);
});

it("a record that another copy keeps is found", async () => {
  const other = await copyOf<{ withRaw: typeof withRaw }>("../src/raw.ts");
  expect(other.withRaw).not.toBe(withRaw);
  expect(rawFrom("acme")(other.withRaw("acme", {}, { rack: 7 }))).toEqual({ rack: 7 });
});
