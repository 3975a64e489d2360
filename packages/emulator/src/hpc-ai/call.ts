import type { CloudContext, Flags } from "../kit/types.ts";
import type { HpcAiLifecycle } from "./lifecycle.ts";
import type { HpcAiSessions } from "./sessions.ts";
import type { HpcAiAccount, HpcAiSettings } from "./settings.ts";
import type { HpcAiStore } from "./state.ts";

/** Everything an operation works with. */
export interface HpcAiCall {
  readonly account: HpcAiAccount;
  readonly json: unknown;
  readonly flags: Flags;
  readonly store: HpcAiStore;
  readonly lifecycle: HpcAiLifecycle;
  readonly sessions: HpcAiSessions;
  readonly settings: HpcAiSettings;
  readonly context: CloudContext;
}

export type HpcAiHandler = (call: HpcAiCall) => Readonly<Record<string, unknown>>;
