import { pageOf } from "./paging.ts";
import { type Fields, missing } from "./refusal.ts";

/** Stored things of one kind. */
export function createShelf<Thing extends { readonly id: string }>(kind: string, plural: string) {
  const things = new Map<string, Thing>();
  return {
    add(thing: Thing): Thing {
      things.set(thing.id, thing);
      return thing;
    },
    all: (): readonly Thing[] => [...things.values()],
    get(id: string): Thing {
      const thing = things.get(id);
      if (thing === undefined) throw missing(kind, id);
      return thing;
    },
    remove(id: string): unknown {
      if (!things.delete(id)) throw missing(kind, id);
      return { removed: id };
    },
    page: (query: Fields, keep: (thing: Thing) => boolean = () => true): unknown =>
      pageOf(plural, [...things.values()].filter(keep), query, (thing) => thing),
  };
}
