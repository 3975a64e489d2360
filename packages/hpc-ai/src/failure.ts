import { type Answer, type ErrorRow, lookup, lookupPhrase, type ReadFailure } from "@gpuport/core";
import { answers, type HpcAiTables } from "./tables.ts";
import { failureSchema } from "./wire.ts";

/** Said by what stands before the cloud's own work, whatever words come with it. */
const beforeAnyPhrase: ReadonlySet<number> = new Set([401, 429, 502, 503, 504]);

const tokenEnds =
  "an access token lasts a day and cannot be renewed: copy a new one, or give username and password";
const wrongPath =
  "not there, or a redirect, which is not followed; check baseUrl and the path of this endpoint";

/**
 * Recognises refusals, in this order: who is asking, throttling and gateways by status; a `message` without what a good
 * answer has, even with HTTP 200, by its phrases; the rest by status.
 */
export function failureReader(tables: HpcAiTables, renewable: boolean): ReadFailure {
  return (answer) => {
    const { status, body, endpoint } = answer;
    const { message, code } = failureSchema.safeParse(body).data ?? {};
    const marked = Number(code ?? 0) < 0;
    const succeeded = !message || hasAny(body, lookup(answers, endpoint)?.success ?? []);
    if (status < 300 && succeeded && !marked) return undefined;

    const phrase = message && !beforeAnyPhrase.has(status) ? lookupPhrase(tables.errors, message) : undefined;
    const row = located(phrase ?? rowOfStatus(tables, status), answer, phrase !== undefined, tables);
    const advice = [
      row.code === "unauthenticated" && !renewable ? tokenEnds : undefined,
      row.code === "invalid_config" && !message ? wrongPath : undefined,
    ];
    return {
      ...row,
      message: [message, ...advice].filter((part) => part).join("; "),
      providerCode: code ?? undefined,
      // A server that broke down may have rented first, whatever it says.
      effect: status >= 500 ? undefined : row.effect,
    };
  };
}

function hasAny(body: unknown, members: readonly string[]): boolean {
  return Object.entries(body ?? {}).some(([name, value]) => members.includes(name) && value !== null);
}

function rowOfStatus({ errors }: HpcAiTables, status: number): ErrorRow {
  const family = `http-${Math.floor(status / 100)}xx`;
  return lookup(errors, `http-${status}`) ?? lookup(errors, family) ?? { code: "unknown" };
}

/** What "not found" is about: something that the request named, or the path itself. */
function located(row: ErrorRow, answer: Answer, inWords: boolean, { endpoints }: HpcAiTables): ErrorRow {
  const { endpoint, status } = answer;
  const absence = lookup(answers, endpoint)?.absence;
  const confirmed = lookup(endpoints, endpoint)?.evidence !== "inferred";
  const isAboutIt = inWords ? absence !== undefined : absence === "also by status" && confirmed;
  if (row.code !== "not_found" || isAboutIt) return row;
  return status === 404 ? { code: "invalid_config", effect: row.effect } : { code: "unknown" };
}
