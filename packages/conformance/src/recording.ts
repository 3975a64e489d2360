import type { Fetch } from "@gpuport/core";
import { shapeOf } from "./exchange.ts";

/** One exchange as it is kept: without anything secret. */
export interface RecordedExchange {
  readonly method: string;
  readonly url: string;
  readonly requestBody: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** The exchanges of every case that was recorded, by the case's name. Plain JSON. */
export interface Recording {
  readonly version: 1;
  readonly adapter: string;
  readonly recordedAt: string;
  readonly cases: Readonly<Record<string, readonly RecordedExchange[]>>;
}
void shapeOf;
export function replay(_exchanges: readonly RecordedExchange[]): Fetch {
  throw new Error("not yet");
}
