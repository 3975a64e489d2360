import { refuse } from "@gpuport/core";
import { limits } from "./tables.ts";

/** Held to bytes: nobody says what the cloud counts, and this keeps both. */
export function checkLength(field: string, text: string | undefined, most: number): void {
  const bytes = new TextEncoder().encode(text ?? "").length;
  if (bytes > most) refuse(field, `glows takes at most ${most} bytes; these are ${bytes}`);
}

/** Longer ids are refused with the number that means "no such machine", which would not be true. */
export function checkedId(id: string, field = "id"): string {
  return id.length <= limits.id ? id : refuse(field, `glows has no ids of more than ${limits.id} letters`);
}
