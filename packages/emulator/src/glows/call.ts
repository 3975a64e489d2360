import type { CloudContext, Flags } from "../kit/types.ts";
import type { GlowsLifecycle } from "./lifecycle.ts";
import type { Parameters } from "./parameters.ts";
import { refuse } from "./refusal.ts";
import type { GlowsAccount, GlowsSettings } from "./settings.ts";
import { type GlowsImage, type GlowsInstance, type GlowsRegion, type GlowsStore, sameId } from "./state.ts";

/** Everything an operation works with. */
export interface GlowsCall {
  readonly account: GlowsAccount;
  readonly parameters: Parameters;
  readonly flags: Flags;
  readonly store: GlowsStore;
  readonly lifecycle: GlowsLifecycle;
  readonly settings: GlowsSettings;
  readonly context: CloudContext;
}

/** The payload that stands next to `code` and `msg`. */
export type GlowsHandler = (call: GlowsCall) => Readonly<Record<string, unknown>>;

export const idLimits = { max: 64 } as const;

/** One of the caller's own instances, by id or meta key; anything else is an illegal parameter. */
export function ownInstance(
  { store, account }: GlowsCall,
  by: { id?: string | undefined; metaKey?: string | undefined },
) {
  const found = store.instances.find((instance) => {
    if (by.id !== undefined) return sameId(instance.id, by.id);
    return by.metaKey !== undefined && instance.metaKey === by.metaKey;
  });
  return found !== undefined && found.owner === account.user
    ? found
    : refuse("illegalParameter", "illegal instance");
}

/** Whether reads show it yet, and still. */
export function isVisible({ store, settings }: GlowsCall, instance: GlowsInstance): boolean {
  const now = store.now();
  if (now < instance.visibleFrom) return false;
  if (instance.endedAt === undefined || settings.releasedReadable) return true;
  return instance.stale !== undefined && now < instance.stale.until;
}

export function knownRegion({ settings }: GlowsCall, name: string): GlowsRegion {
  const region = settings.regions.find((candidate) => candidate.name === name);
  if (region === undefined) return refuse("unknownRegion", `invalid domain info: ${name}`);
  return region.allowed ? region : refuse("regionDenied", `no access to ${name}`);
}

/** A public image or one of the caller's own. */
export function usableImage({ settings, store, account }: GlowsCall, id: string) {
  const stock = settings.images.find((image) => sameId(image.id, id));
  if (stock !== undefined) return { id: stock.id, name: stock.name, stock: true };
  const own: GlowsImage | undefined = store.images.find((image) => sameId(image.id, id));
  if (own === undefined || own.owner !== account.user) return refuse("illegalParameter", "illegal image");
  return { id: own.id, name: own.name, stock: false };
}
