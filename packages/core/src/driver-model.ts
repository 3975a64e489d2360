import type { Instance, Offer } from "./model/index.ts";

/** An instance as a driver gives it; core adds who observed it and when. */
export interface DriverInstance extends Omit<Instance, "provider" | "observedAt" | "labels"> {
  readonly labels?: Instance["labels"] | undefined;
  /** What the identity field holds, so that core finds launches by their token. */
  readonly identity?: string | undefined;
}

/** One page of a list. `next` is handed back for the following page; without it this is the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
  /**
   * Where the cloud numbers its pages: the cursor of the page with a number, the first being 1; nothing beyond the last.
   * Core reads some of them at once. Only asked of the first page.
   */
  readonly cursorOf?: ((page: number) => string | undefined) | undefined;
  /** How many items the cloud counts in all pages; core holds the walk against it. */
  readonly total?: number | undefined;
}

/** A stored thing as a driver gives it; core adds whose it is. */
export type Unstamped<Resource> = Omit<Resource, "provider">;

/** Where in a list a page begins: the `next` of the page before. */
export interface Paged {
  readonly cursor?: string | undefined;
}

/** An offer as a driver gives it. */
export type DriverOffer = Omit<Offer, "provider" | "observedAt">;
