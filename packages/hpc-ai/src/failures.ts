import {
  type Answer,
  type ErrorRow,
  type Failure,
  lookup,
  lookupPhrase,
  type ReadFailure,
} from "@gpuport/core";
import { asksForSomething, type HpcAiTables, successMembers } from "./tables.ts";
import { failureSchema } from "./wire.ts";

/** Said by what stands before the cloud, whatever words come with it. */
const beforeAnyPhrase: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const tokenEnds =
  "an access token lasts a day and cannot be renewed: copy a new one, or give username and password";

/**
 * Recognises refusals, in this order: throttling and gateways by status; a `message` without what a good answer has,
 * even with HTTP 200, by its phrases; the rest by status.
 */
export function failureReader(tables: HpcAiTables, renewable: boolean): ReadFailure {
  return (answer) => {
    const { status, body } = answer;
    if (status >= 300 && status < 400) return redirected;
    const said = failureSchema.safeParse(body).data;
    const message = said?.message?.trim() || undefined;
    const succeeded = status < 300 && (message === undefined || hasSuccess(answer));
    if (succeeded) return undefined;

    const code = said?.code ?? undefined;
    const byStatus = beforeAnyPhrase.has(status) || (status === 401 && Number(code) === -1);
    const phrase = byStatus || message === undefined ? undefined : lookupPhrase(tables.errors, message);
    const row = located(phrase ?? rowOfStatus(tables, status), answer, phrase !== undefined, tables);
    const failure = {
      ...row,
      message: message ?? row.message,
      providerCode: code === undefined ? undefined : String(code),
      // A server that broke down may have rented first, whatever it says.
      effect: status >= 500 ? undefined : row.effect,
    };
    return failure.code === "unauthenticated" ? refusedLogin(failure, answer, renewable) : failure;
  };
}

/** A refused token is replaced and the call replayed, which a create only survives if it surely did nothing. */
function refusedLogin(failure: Failure, { endpoint, status }: Answer, renewable: boolean): Failure {
  const effect = status === 401 ? "none" : failure.effect;
  if (endpoint === "instance.create" && effect !== "none") return { ...failure, code: "unknown" };
  if (renewable) return { ...failure, effect };
  const message = [failure.message, tokenEnds].filter((part) => part !== undefined).join("; ");
  return { ...failure, effect, message };
}

/** A router sends elsewhere before anybody reads the request. */
const redirected: Failure = {
  code: "invalid_config",
  message: "it redirects elsewhere, which is not followed; check baseUrl",
  effect: "none",
};

function hasSuccess({ endpoint, body }: Answer): boolean {
  if (typeof body !== "object" || body === null) return false;
  const members = lookup(successMembers, endpoint) ?? [];
  return Object.entries(body).some(([name, value]) => members.includes(name) && value !== null);
}

function rowOfStatus({ errors }: HpcAiTables, status: number): ErrorRow {
  if (status < 300) return { code: "unknown" };
  const otherwise = status >= 500 ? lookup(errors, "http-500") : undefined;
  return lookup(errors, `http-${status}`) ?? otherwise ?? { code: "invalid_argument" };
}

/** What "not found" is about: something that the request named, or the path itself. */
function located(row: ErrorRow, answer: Answer, inWords: boolean, { endpoints }: HpcAiTables): Failure {
  if (row.code !== "not_found") return row;
  const { endpoint, status } = answer;
  const namesMachine = endpoint !== "instance.create" && asksForSomething.has(endpoint);
  const confirmed = lookup(endpoints, endpoint)?.evidence !== "inferred";
  const isAboutIt = inWords ? asksForSomething.has(endpoint) : namesMachine && confirmed;
  if (isAboutIt) return row;
  if (status !== 404) return { code: "unknown" };
  const message = "no such endpoint; check baseUrl and the path of this endpoint";
  return { code: "invalid_config", effect: row.effect, message };
}
