import { type Answer, type Failure, lookup, type ReadFailure } from "@gpuport/core";
import { firstMatch } from "./glob.ts";
import { throttledCreateMs, type VastTables } from "./tables.ts";
import { failureSchema } from "./wire.ts";

/**
 * Recognises refusals. Some come with status 200 and `success: false`; some carry a machine all the same, which is
 * looked at first, because it must be ended whatever else the answer says.
 */
export function readFailureWith(tables: VastTables): ReadFailure {
  return (answer) => {
    const { endpoint, status } = answer;
    const accepted = status >= 200 && status < 300;
    const said = failureSchema.safeParse(answer.body).data;
    if (accepted && (said === undefined || said.success === true || !(said.success === false || said.error)))
      return undefined;

    const word = said === undefined ? (/<[a-z!]/i.test(answer.text) ? "html" : "") : (said.error ?? "");
    const words = said === undefined ? answer.text.trim() : (said.msg ?? said.detail ?? "");
    const told: Omit<Failure, "code"> = {
      message: word === "html" ? undefined : words || word || undefined,
      providerCode: said === undefined || word === "" ? undefined : word,
    };
    if (endpoint === "instance.create" && said?.new_contract) {
      return {
        code: "no_capacity",
        ...told,
        ...lookup(tables.errors, "new_contract"),
        effect: "done",
        instanceId: said.new_contract,
      };
    }
    const row = firstMatch(
      tables.errors,
      word,
      `${endpoint} ${status} ${word.replace(/\s+/g, "_")}: ${words}`,
    );
    if (row?.code === "rate_limited") return { ...told, ...row, retryAfterMs: pauseMs(answer, tables) };
    if (row !== undefined) return { ...told, ...row };
    // A 404 with words nobody knows says nothing about a machine, nor about the address of the API.
    const spoken =
      accepted || ((status === 404 || status === 410) && said !== undefined && told.message !== undefined);
    return spoken ? { code: "unknown", ...told } : undefined;
  };
}

/** How long to leave the endpoint alone: what the answer says, or else the endpoint's own limit. */
function pauseMs({ endpoint, headers, text }: Answer, { endpoints }: VastTables): number | undefined {
  const limit = Object.hasOwn(endpoints, endpoint)
    ? endpoints[endpoint as keyof typeof endpoints].limit
    : undefined;
  const named = /threshold\s*=\s*(\d+(?:\.\d+)?)/i.exec(text)?.[1];
  const header = Number(headers.get("retry-after") ?? 0);
  if (Number.isNaN(header)) return undefined; // a date, which core reads
  const waits = [
    named === undefined ? (limit === undefined ? 0 : limit.perMs / limit.calls) : Number(named) * 1000,
    header * 1000,
    endpoint === "instance.create" ? throttledCreateMs : 0,
  ];
  const wait = Math.max(...waits);
  return wait > 0 ? Math.ceil(wait) : undefined;
}
