import { ExchangeError } from "./exchange-error.ts";

/** A body on its way in. */
export interface CollectedText {
  /** Takes a piece. @throws ExchangeError when the body has become too large. */
  readonly add: (chunk: Uint8Array) => void;
  readonly end: () => string;
}

/**
 * Makes a text of the pieces of a body of at most so many bytes.
 *
 * @throws ExchangeError for one that is announced as larger.
 */
export function collectText(maxBytes: number, announced: string | null | undefined): CollectedText {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  const hold = (bytes: number): void => {
    if (bytes <= maxBytes) return;
    throw new ExchangeError("too_large", `the answer is larger than ${maxBytes} bytes`, { sent: true });
  };
  hold(Number(announced ?? 0));
  return {
    add(chunk) {
      size += chunk.byteLength;
      hold(size);
      text += decoder.decode(chunk, { stream: true });
    },
    end: () => text + decoder.decode(),
  };
}

/**
 * The same of a standard response. Of one that never ends, what has come when nothing more comes for `untilSilentMs` is
 * all of it.
 *
 * @throws ExchangeError for one that is too large.
 */
export async function readText(
  { headers, body }: Response,
  maxBytes: number,
  untilSilentMs: number | undefined,
): Promise<string> {
  const text = collectText(maxBytes, headers.get("content-length"));
  const reader = body?.getReader();
  for (;;) {
    const next = reader && (await chunkOrSilence(reader, untilSilentMs));
    if (next === "silence") await reader?.cancel();
    if (next === undefined || next === "silence" || next.done) return text.end();
    text.add(next.value);
  }
}

type Chunk = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;

async function chunkOrSilence(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  untilSilentMs: number | undefined,
): Promise<Chunk | "silence"> {
  if (untilSilentMs === undefined) return reader.read();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), untilSilentMs);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
