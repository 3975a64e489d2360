import {
  type AdapterTables,
  type Answer,
  type Failure,
  isComputeError,
  matchingRow,
  type ReadFailure,
} from "@gpuport/core";
import { execAnswerSchema, refusalSchema } from "./wire.ts";

/** Reads a refusal by the first row of the table that fits; that row's words become the `providerCode`. */
export function failureReader({ errors }: AdapterTables): ReadFailure {
  return (answer) => {
    const message = answer.status < 400 ? toFailedExec(answer) : toMessage(answer);
    if (message === undefined) return undefined;
    const said = message === "" ? String(answer.status) : `${answer.status} ${message}`;
    const found = matchingRow(errors, "", said, `${answer.endpoint} ${said}`);
    if (found === undefined) return undefined;
    return {
      ...found.row,
      message: withoutEngineUrl(message),
      providerCode: found.key,
      field: toField(answer),
    } satisfies Failure;
  };
}

/** Whether an error is the server's answer of this row of the table, whatever its code has been made. */
export function said(error: unknown, row: string): boolean {
  return isComputeError(error) && error.providerCode === row;
}

/** A command that was not run, or not to its end, is answered with 200 as well. */
function toFailedExec({ endpoint, body }: Answer): string | undefined {
  if (endpoint !== "exec.run") return undefined;
  const answered = execAnswerSchema.safeParse(body);
  if (!answered.success) return undefined;
  const { exit_code, log } = answered.data;
  return exit_code === -1 || log.startsWith("OCI runtime exec failed") ? log.trim() : undefined;
}

/**
 * What the server says: a sentence, the parameters that are wrong, or, when it broke down, plain text. Anything else is
 * the word of something in between, and nothing that Pody said.
 */
function toMessage({ status, body, text }: Answer): string {
  const refusal = refusalSchema.safeParse(body);
  if (!refusal.success) return status === 500 && body === undefined && !text.includes("<") ? text.trim() : "";
  const { detail } = refusal.data;
  if (typeof detail === "string") return detail;
  return detail.map(({ loc, msg }) => `${loc?.at(-1) ?? "parameters"}: ${msg ?? "refused"}`).join("; ");
}

/** The first parameter that the server names as wrong. */
function toField({ body }: Answer): string | undefined {
  const refusal = refusalSchema.safeParse(body);
  if (!refusal.success || typeof refusal.data.detail === "string") return undefined;
  return refusal.data.detail.flatMap(({ loc }) => loc?.at(-1) ?? []).find((part) => typeof part === "string");
}

/** An engine's sentence is about the server's own call to it; what went wrong stands behind the URL. */
function withoutEngineUrl(message: string): string {
  return message.replace(/ for url: \S+| for http\+docker:\S+(?=:\s)/g, "");
}
