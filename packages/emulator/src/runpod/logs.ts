import { askedPod, type RunpodHandler } from "./call.ts";
import { refuseMembers } from "./refusal.ts";

const mostLines = 5000;

/** A stream of events that does not end by itself; the number of an event says where to go on. */
export const readLogs: RunpodHandler = (call) => {
  const pod = askedPod(call);
  const { query, headers } = call.request;
  const source = query.get("source");
  if (source !== null && source !== "container" && source !== "system") {
    refuseMembers(["source: must be one of container, system"]);
  }
  const tail = Number(query.get("tail") ?? "100");
  if (!(Number.isInteger(tail) && tail >= 0 && tail <= mostLines)) {
    refuseMembers([`tail: must be an integer from 0 to ${mostLines}`]);
  }
  const since = Date.parse(query.get("since") ?? "1970-01-01T00:00:00Z");
  if (Number.isNaN(since)) refuseMembers(["since: must be RFC 3339"]);
  const last = headers["last-event-id"];
  const lines = pod.log
    .map((row, index) => ({ ...row, id: index + 1 }))
    .filter((row) => source === null || row.source === source)
    .filter((row) => row.at >= since && (last === undefined || row.id > Number(last)));
  const shown = last === undefined ? lines.slice(Math.max(0, lines.length - tail)) : lines;
  const text = shown
    .map(({ id, at, source: from, line }) => {
      const data = JSON.stringify({ ts: new Date(at).toISOString(), source: from, line });
      return `id: ${id}\ndata: ${data}\n\n`;
    })
    .join("");
  return { status: 200, headers: { "content-type": "text/event-stream" }, text, staysOpen: true };
};
