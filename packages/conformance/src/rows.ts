/** A JSON object as a case changes it. */
export type Row = Record<string, unknown>;

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every array of a body that holds a row which names this id. */
export function rowsWith(body: unknown, id: string): unknown[][] {
  if (Array.isArray(body)) {
    const holds = body.some((row) => isRow(row) && names(row, id));
    return holds ? [body] : body.flatMap((member) => rowsWith(member, id));
  }
  return isRow(body) ? Object.values(body).flatMap((member) => rowsWith(member, id)) : [];
}

export function names(row: Row, id: string): boolean {
  return Object.values(row).some((value) => String(value) === id || (isRow(value) && names(value, id)));
}

/** Goes through every object of a body, and lets `change` alter it. */
export function eachRow(body: unknown, change: (row: Row) => void): void {
  if (Array.isArray(body)) for (const member of body) eachRow(member, change);
  if (!isRow(body)) return;
  for (const member of Object.values(body)) eachRow(member, change);
  change(body);
}
