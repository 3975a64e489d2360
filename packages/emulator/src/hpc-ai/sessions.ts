import type { CloudContext, CloudRequest } from "../kit/types.ts";
import type { HpcAiAccount, HpcAiSettings } from "./settings.ts";

export interface HpcAiSessions {
  readonly issue: (account: HpcAiAccount) => string;
  /** Who is asking, by cookie or key. */
  readonly accountOf: (request: CloudRequest) => HpcAiAccount | undefined;
  /** Ends every token at once; keys stay good. */
  readonly expireAll: () => void;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function createHpcAiSessions(
  { clock, random, origin }: CloudContext,
  settings: HpcAiSettings,
): HpcAiSessions {
  const sessions = new Map<string, { readonly account: HpcAiAccount; readonly expiresAt: number }>();

  function accountOfToken(token: string): HpcAiAccount | undefined {
    const session = sessions.get(token);
    return session !== undefined && clock.now() < session.expiresAt ? session.account : undefined;
  }

  return {
    /** Has the shape of the site's tokens; the signature is noise. */
    issue(account) {
      if (settings.singleSession) {
        for (const [token, session] of sessions) if (session.account === account) sessions.delete(token);
      }
      const iat = Math.floor(clock.now() / 1000);
      const exp = iat + settings.tokenLifetimeSeconds;
      const header = { alg: "RS256", typ: "JWT" };
      const claims = { aud: "hpc-ai", exp, group: "default", iat, iss: origin(), sub: random.uuid() };
      const signature = Buffer.from(random.hex(512), "hex").toString("base64url");
      const token = `${encode(header)}.${encode(claims)}.${signature}`;
      sessions.set(token, { account, expiresAt: exp * 1000 });
      return token;
    },
    accountOf({ headers, flags }) {
      if (flags.has("tokenExpired")) return undefined;
      const key = headers["x-api-key"];
      if (key !== undefined) return settings.accounts.find(({ apiKey }) => apiKey === key);
      const token = cookieNamed("AccessToken", headers["cookie"] ?? "");
      return token === undefined ? undefined : accountOfToken(token);
    },
    expireAll: () => sessions.clear(),
  };
}

function cookieNamed(name: string, header: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
