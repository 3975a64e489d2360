import type { CloudRequest } from "../kit/types.ts";
import { PodyRefusal, refuse } from "./refusal.ts";
import type { PodySettings, PodyUser } from "./settings.ts";
import type { PodyStore } from "./state.ts";

const challenge = { "www-authenticate": "Basic" };

/** Missing or garbled credentials are 401; wrong ones are 403. */
export function logIn({ headers, flags }: CloudRequest, settings: PodySettings, store: PodyStore): PodyUser {
  const header = headers["authorization"] ?? "";
  const [scheme = "", encoded = ""] = header.split(" ");
  if (scheme.toLowerCase() !== "basic" || encoded === "")
    throw new PodyRefusal(401, "Not authenticated", challenge);
  const bytes = Buffer.from(encoded, "base64");
  const text = bytes.toString("latin1");
  const colon = text.indexOf(":");
  const ascii = bytes.every((byte) => byte < 128);
  if (!/^[A-Za-z0-9+/]+=*$/.test(encoded) || !ascii || colon === -1) {
    throw new PodyRefusal(401, "Invalid authentication credentials", challenge);
  }
  const user = settings.users.find(({ name }) => name === text.slice(0, colon));
  const right = user !== undefined && store.passwords.get(user.name) === text.slice(colon + 1);
  if (!right || flags.has("tokenExpired")) refuse(403, "Invalid username or password");
  return user;
}
