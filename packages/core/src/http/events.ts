import { createParser } from "eventsource-parser";
import { parsedJson } from "./json.ts";

/** One event of a `text/event-stream`. */
export interface StreamEvent {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  /** Parsed where it is JSON, the text otherwise. */
  readonly data: unknown;
}

/** The events that have come; one that was cut off in the middle is none. */
export function eventsIn(text: string): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => void events.push({ id, event, data: parsedJson(data) ?? data }),
  });
  parser.feed(text);
  return events;
}
