/** Ends a case that is about something which this provider has not. */
export class NotApplicable extends Error {}

/** Ends a case that the bench, or the tier, gives no means to decide. */
export class Unverified extends Error {}

/** @param why Ends the sentence "not applicable, because …". */
export function notApplicable(why: string): never {
  throw new NotApplicable(why);
}

/** @param why Ends the sentence "unverified, because …". */
export function unverified(why: string): never {
  throw new Unverified(why);
}
