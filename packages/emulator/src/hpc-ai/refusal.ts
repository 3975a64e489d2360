import type { HpcAiMessage } from "./messages.ts";
import type { HpcAiStatuses } from "./settings.ts";

/** Ends an operation; nothing has been changed when it is thrown. */
export class HpcAiRefusal extends Error {
  readonly kind: keyof HpcAiStatuses;
  /** A known message, to be said in the site's language; without it the error's own text is used. */
  readonly known: HpcAiMessage | undefined;

  constructor(kind: keyof HpcAiStatuses, { known, text }: { known?: HpcAiMessage; text?: string }) {
    super(text ?? known ?? kind);
    this.name = "HpcAiRefusal";
    this.kind = kind;
    this.known = known;
  }
}

export function refuse(kind: keyof HpcAiStatuses, known: HpcAiMessage): never {
  throw new HpcAiRefusal(kind, { known });
}

/** The validator's own answer, always in English. */
export function refuseField(path: string): never {
  throw new HpcAiRefusal("missingField", { text: `field "${path}" is not set` });
}

export function refuseValue(path: string): never {
  throw new HpcAiRefusal("missingField", { text: `field "${path}" is invalid` });
}
