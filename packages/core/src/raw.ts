type Raws = WeakMap<object, { readonly adapter: string; readonly raw: unknown }>;

/** One for all copies of this package: an adapter's copy keeps a record, and its provider's copy hands it on. */
const key = Symbol.for("gpuport.raw");
const shared = globalThis as { [key]?: Raws }; // nothing else is kept under this name
shared[key] ??= new WeakMap();
const raws: Raws = shared[key];

/**
 * Keeps the cloud's own record beside a model object, by reference and out of sight: it carries tokens and passwords,
 * so it must not show in JSON, `console.log` or a copy.
 */
export function withRaw<Model extends object>(adapter: string, model: Model, raw: unknown): Model {
  raws.set(model, { adapter, raw });
  return model;
}

/** Hands the cloud's record from one model object to the object that replaces it. */
export function sameRaw<Model extends object>(from: object, to: Model): Model {
  const kept = raws.get(from);
  if (kept !== undefined) raws.set(to, kept);
  return to;
}

/**
 * The function with which an adapter's users reach the cloud's own record of an instance or offer.
 *
 * @example
 * export const northwindRaw = rawFrom<Machine>("northwind");
 * northwindRaw(instance)?.rack;
 */
export function rawFrom<Raw>(adapter: string): (model: object) => Raw | undefined {
  return (model) => {
    const kept = raws.get(model);
    return kept?.adapter === adapter ? (kept.raw as Raw) : undefined; // the adapter that kept it says what it is
  };
}
