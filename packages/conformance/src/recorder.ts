import type { Fetch } from "@gpuport/core";
import type { Bench, Subject } from "./bench.ts";
import { credentialsIn } from "./credentials.ts";
import { isStream } from "./forward.ts";
import type { RecordedExchange, Recording } from "./recording.ts";
import { redactedBody, redactedHeaders, redactedUrl } from "./redaction.ts";
import type { ConformanceReport } from "./report.ts";
import { type RunOptions, runConformance } from "./run.ts";

/** Keeps the exchanges of each case, redacted as soon as they are seen. */
export interface Recorder {
  /** What is seen from now on belongs to this case. */
  readonly begin: (caseName: string) => void;
  readonly fetchFor: (bench: Pick<Bench, "fetch" | "secrets">) => Fetch;
  readonly recording: (adapter: string) => Recording;
}

export interface RecorderOptions {
  /** Values to hide wherever they stand, besides those in request headers. */
  readonly secrets?: readonly string[] | undefined;
}

export function createRecorder(options: RecorderOptions = {}): Recorder {
  const cases: Record<string, RecordedExchange[]> = {};
  const learnt = new Set(options.secrets);
  let current: RecordedExchange[] = [];

  return {
    begin(caseName) {
      current = [];
      cases[caseName] = current;
    },
    fetchFor({ fetch = (request, init) => globalThis.fetch(request, init), secrets = [] }) {
      return async (request) => {
        const into = current;
        for (const secret of [...secrets, ...credentialsIn(request)]) learnt.add(secret);
        const requestBody = await request.clone().text();
        const response = await fetch(request);
        const keep = (responseBody: string): void => {
          const known = [...learnt];
          into.push({
            method: request.method,
            path: redactedUrl(new URL(request.url), known),
            requestBody: redactedBody(requestBody, known),
            status: response.status,
            headers: redactedHeaders(answerHeaders(response), known),
            responseBody: redactedBody(responseBody, known),
          });
        };
        if (isStream(response.headers)) return keptWhenLeft(response, keep);
        keep(await response.clone().text());
        return response;
      };
    },
    recording: (adapter) => ({ version: 1, adapter, recordedAt: new Date().toISOString(), cases }),
  };
}

/** A stream may have no end: what has come is kept when its reader leaves, or when it ends. */
function keptWhenLeft(response: Response, keep: (text: string) => void): Response {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      text += decoder.decode(value, { stream: !done });
      if (value !== undefined) return controller.enqueue(value);
      keep(text);
      controller.close();
    },
    async cancel(reason) {
      keep(text);
      await reader?.cancel(reason);
    },
  });
  return new Response(body, response);
}

/** Only what may change how an answer is read. */
function answerHeaders({ headers }: Response): Headers {
  const kept = ["content-type", "retry-after", "date"];
  return new Headers([...headers].filter(([name]) => kept.includes(name) || name.startsWith("x-")));
}

/**
 * Runs the cases that can be decided from a recording, and keeps what went over the wire, without secrets. Write it with
 * `JSON.stringify`; read it back with the tier `recorded`.
 */
export async function recordConformance(
  subject: Subject,
  options: Omit<RunOptions, "recorder" | "recording"> & RecorderOptions = {},
): Promise<{ readonly report: ConformanceReport; readonly recording: Recording }> {
  const { secrets, ...run } = options;
  const recorder = createRecorder({ secrets });
  const report = await runConformance(subject, { ...run, recorder });
  return { report, recording: recorder.recording(report.adapter) };
}
