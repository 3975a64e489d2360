import {
  ComputeError,
  type ComputeErrorCode,
  isComputeError,
  lookup,
  redact,
  type Table,
} from "@gpuport/core";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: codes, and the classes that they begin with. */
const refusals: Table<ComputeErrorCode> = {
  "22": "invalid_argument", // a text with a character that PostgreSQL cannot keep
  "28": "invalid_config", // a wrong password, or nobody who may log in
  "3D": "invalid_config", // no such database
  "3F": "invalid_config", // no such schema
  "42501": "invalid_config", // a right is missing
};

const serializationFailure = "40001";
const deadlock = "40P01";

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether the server has answered, and goes on with this connection. */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  const ended = code.startsWith("57P") || code.startsWith("08") || code.startsWith("25P03");
  return isComputeError(error) || (/^[0-9A-Z]{5}$/.test(code) && !ended);
}

/** Whether nothing stands in the way of the same work but others at work at the same moment. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error);
  return code === serializationFailure || code === deadlock;
}

/** Says what is wrong with the database. Errors of the driver go no further: some carry what it connects with. */
export function toFailure(error: unknown, secrets: readonly string[]): unknown {
  if (isComputeError(error) || !(error instanceof Error)) return error;
  const sqlState = codeOf(error) ?? "";
  const known = lookup(refusals, sqlState) ?? lookup(refusals, sqlState.slice(0, 2));
  // The driver's own way to say that there is no password, or that the server's proof of knowing it is wrong.
  const code = error.message.startsWith("SASL: ") ? "invalid_config" : (known ?? "unavailable");
  const said = redact(wordsOf(error), secrets);
  return new ComputeError({ code, message: `the journal in PostgreSQL cannot be read or written: ${said}` });
}

function wordsOf(error: Error): string {
  // Several addresses were tried, and each has its own error.
  if (error instanceof AggregateError)
    return error.errors.map((each) => String(each.message ?? each)).join("; ");
  const code = codeOf(error);
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
