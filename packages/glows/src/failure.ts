import { type AdapterTables, type ErrorRow, lookup, type ReadFailure } from "@gpuport/core";
import { failureSchema } from "./wire.ts";

/**
 * Reads a refusal. Most come with status 200; another status goes before what the body says, because a proxy's page
 * may be in it.
 */
export function failureReader({
  errors,
  endpoints,
}: Pick<AdapterTables, "errors" | "endpoints">): ReadFailure {
  return ({ endpoint, status, body }) => {
    // A refusal that is not proven to come before the work may have come after it, where there is work.
    const unproven = endpoints[endpoint]?.method === "GET" ? undefined : "maybe";
    if (status < 200 || status >= 300) {
      const row = lookup(errors, `HTTP ${status}`);
      return row && { ...row, effect: row.effect ?? unproven };
    }
    const parsed = failureSchema.safeParse(body);
    if (!parsed.success || parsed.data.code === 0) return undefined;
    const { code, msg } = parsed.data;
    const row: ErrorRow = lookup(errors, `${endpoint} ${code}`) ??
      lookup(errors, code) ?? { code: "unknown" };
    const message = msg === undefined ? `code ${code}` : `${msg} (code ${code})`;
    return { ...row, effect: row.effect ?? unproven, message, providerCode: String(code) };
  };
}
