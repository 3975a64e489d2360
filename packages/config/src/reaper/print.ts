import type { Rate } from "@gpuport/core";
import type { Row } from "./round.ts";

/** One line of JSON for each row. */
export function toJsonLines(rows: readonly Row[], at: number): string {
  return rows.map((row) => `${JSON.stringify({ at: new Date(at), ...row })}\n`).join("");
}

const titles = ["provider", "id", "name", "since", "rate", "kind", "action", "result"];

/** Aligned columns, and below them what everything that bills costs together. */
export function toTable(rows: readonly Row[], at: number, yes: boolean): string {
  const head = `${new Date(at).toISOString()}${yes ? "" : ", a dry run"}\n`;
  const lines = [titles, ...rows.map((row) => cellsOf(row, yes))];
  const widths = titles.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const table = lines.map((cells) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `${padded.join("  ").trimEnd()}\n`;
  });
  const foot = `${sum(rows)}${yes || !rows.some(wouldDo) ? "" : "; --yes does what is left to do"}\n`;
  return [head, ...(rows.length === 0 ? [] : table), foot].join("");
}

function cellsOf(row: Row, yes: boolean): readonly string[] {
  const { provider, id, name, since, rate, kind, action } = row;
  const cells = [
    provider,
    id,
    name,
    since?.toISOString(),
    rate && money(rate),
    kind,
    action,
    result(row, yes),
  ];
  return cells.map((cell) => plain(cell ?? "-"));
}

function result({ error, done, action }: Row, yes: boolean): string {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  if (done) return "done";
  return !yes && wouldDo({ action, done }) ? "would be done" : "-";
}

function wouldDo({ action, done }: Pick<Row, "action" | "done">): boolean {
  return action !== "none" && !done;
}

/** Names and messages come from clouds: nothing of them may break a line or steer a terminal. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

function money({ currency, perHourMicros }: Rate): string {
  return `${(perHourMicros / 1e6).toFixed(4)} ${currency}/h`;
}

/** One sum for each currency: credits of a cloud and dollars do not add up. */
function sum(rows: readonly Row[]): string {
  const billing = rows.filter((row) => row.billing !== undefined);
  const unread = new Set(rows.filter(({ kind }) => kind === "failed").map(({ provider }) => provider));
  const without = unread.size === 0 ? "" : `, without what ${[...unread].join(", ")} could not tell`;
  if (billing.length === 0) return `nothing bills${without}`;
  const sums = new Map<string, number>();
  for (const { rate } of billing) {
    if (rate !== undefined) sums.set(rate.currency, (sums.get(rate.currency) ?? 0) + rate.perHourMicros);
  }
  const priceless = billing.filter(({ rate }) => rate === undefined).length;
  const amounts = [
    ...Array.from(sums, ([currency, perHourMicros]) => money({ currency, perHourMicros })),
    ...(priceless === 0 ? [] : [`${priceless} without a price`]),
  ];
  return `${billing.length} ${billing.length === 1 ? "machine bills" : "machines bill"} ${amounts.join(" + ")}${without}`;
}
