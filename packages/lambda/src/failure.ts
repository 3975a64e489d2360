import { lookupPattern, type ReadFailure } from "@gpuport/core";
import type { LambdaTables } from "./tables.ts";
import { failureSchema } from "./wire.ts";

/** Recognises refusals by the cloud's code; what comes without one, by status and kind of body. */
export function failureReader({ errors }: LambdaTables): ReadFailure {
  return ({ endpoint, status, body, text }) => {
    const error = failureSchema.safeParse(body).data?.error;
    if (status < 300 && error === undefined) return undefined;
    const kind = /<[a-z!]/i.test(text) ? "html" : "text";
    const word = error?.code ?? (body === undefined ? kind : "json");
    const message = [error?.message, error?.suggestion].filter((part) => part).join("; ");
    const said = error === undefined && kind === "text" ? text.trim() : message;
    const row = lookupPattern(errors, word, `${endpoint} ${status} ${word}: ${said}`);
    const told = { message: said === "" ? error?.code : said, providerCode: error?.code };
    if (row === undefined) return error === undefined ? undefined : { code: "unknown", ...told };
    // Documented of refusals with a 4xx alone: a server that broke down may have rented first, whatever it says.
    return { ...told, ...row, effect: status >= 400 && status < 500 ? row.effect : undefined };
  };
}
