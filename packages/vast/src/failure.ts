import {
  type Answer,
  type Endpoint,
  lookup,
  lookupPattern,
  type ReadFailure,
  type Table,
} from "@gpuport/core";
import { throttledCreateMs } from "./limits.ts";
import type { VastTables } from "./tables.ts";
import { failureSchema } from "./wire.ts";

/**
 * Recognises refusals. Some come with status 200 and `success: false`; some carry a machine all the same, which is
 * looked at first, because it must be ended whatever else the answer says.
 */
export function failureReader(tables: VastTables): ReadFailure {
  return (answer) => {
    const { endpoint, status } = answer;
    const said = failureSchema.safeParse(answer.body).data;
    const accepted = status >= 200 && status < 300;
    if (accepted && said?.success !== false && (said?.success === true || !said?.error)) return undefined;

    const { word, words } =
      said === undefined
        ? { word: /<[a-z!]/i.test(answer.text) ? "html" : "text", words: answer.text.trim() }
        : { word: said.error ?? "", words: said.msg ?? said.detail ?? "" };
    const told = {
      message: word === "html" ? undefined : words || word || undefined,
      providerCode: said?.error || undefined,
    };
    const machine = endpoint === "instance.create" ? said?.new_contract : undefined;
    if (machine) {
      const row = lookup(tables.errors, "new_contract");
      return { code: "no_capacity", ...told, ...row, effect: "done", instanceId: machine };
    }
    const text = `${endpoint} ${status} ${word.replace(/\s+/g, "_")}: ${words}`;
    const row = lookupPattern(tables.errors, word, text);
    // A server that broke down may have rented first, whatever it says.
    const effect = status >= 500 ? undefined : row?.effect;
    const throttled = row?.code === "rate_limited";
    const retryAfterMs = throttled ? pauseMs(answer, tables) : undefined;
    const minIntervalMs = throttled ? namedMs(answer) : undefined;
    if (row !== undefined) return { ...told, ...row, effect, retryAfterMs, minIntervalMs };
    // A 404 with words nobody knows says nothing about a machine, nor about the address of the API.
    const absent = (status === 404 || status === 410) && said !== undefined && told.message !== undefined;
    return accepted || absent ? { code: "unknown", ...told } : undefined;
  };
}

/** How long to leave the endpoint alone: what the answer says, or else the endpoint's own limit. */
function pauseMs(answer: Answer, { endpoints }: VastTables): number | undefined {
  const { endpoint, headers } = answer;
  const rows: Table<Endpoint> = endpoints;
  const limit = rows[endpoint]?.limit;
  const own = namedMs(answer) ?? (limit?.perMs ?? 0) / (limit?.calls ?? 1);
  const asked = Number(headers.get("retry-after") ?? 0) * 1000;
  if (Number.isNaN(asked)) return undefined; // a date, which core reads
  return Math.ceil(Math.max(own, asked, endpoint === "instance.create" ? throttledCreateMs : 0)) || undefined;
}

/** The distance between calls that a throttled answer names: `endpoint threshold=2.0`, in seconds. */
function namedMs({ text }: Answer): number | undefined {
  const named = /threshold\s*=\s*(\d+(?:\.\d+)?)/i.exec(text)?.[1];
  return named === undefined ? undefined : Math.ceil(Number(named) * 1000);
}
