import { refuse } from "./refusal.ts";
import type { PodySettings, PodyUser } from "./settings.ts";

export function toFullName(prefix: string, user: string, name: string): string {
  return prefix === "" ? `${user}-${name}` : `${prefix}-${user}-${name}`;
}

/** What a new pod may be called. Letters of other alphabets pass here, and are refused by the engine. */
export function checkNewName(name: string): void {
  const identifier = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
  if (!identifier || [...name].length > 20 || name.startsWith("_") || name.endsWith("_")) {
    refuse(400, `Invalid pod name: ${name}`);
  }
}

/** Reads `name`, `user-name` or `prefix-user-name` into the full name of a container. */
export function resolveName(given: string, user: PodyUser, { prefix }: PodySettings): string {
  const parts = given.split("-");
  const [first = "", second = "", third = ""] = parts;
  if (parts.length === 1) return toFullName(prefix, user.name, first);
  if (parts.length > 3) refuse(400, `Invalid pod name: ${given}`);
  if (parts.length === 3 && first !== prefix) refuse(403, "Invalid pod name, please check the prefix");
  const [owner, name] = parts.length === 3 ? [second, third] : [first, second];
  if (owner !== user.name && !user.isAdmin) refuse(403, "Invalid pod name, please check the username");
  return toFullName(prefix, owner, name);
}
