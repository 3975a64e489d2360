import type { ComputeProvider } from "@gpuport/core";

export async function* nothing(): AsyncGenerator<never, void, undefined> {}

/** Only as many as the first page holds. */
export async function* firstPage<Item>(
  items: AsyncIterable<Item> | undefined,
): AsyncGenerator<Item, void, undefined> {
  let count = 0;
  for await (const item of items ?? nothing()) {
    yield item;
    count += 1;
    if (count === 3) return;
  }
}

export async function* emptyOnError<Item>(
  items: AsyncIterable<Item> | undefined,
): AsyncGenerator<Item, void, undefined> {
  try {
    yield* items ?? nothing();
  } catch {
    return;
  }
}

/** A group that the sound provider has, with some of its operations replaced. */
export function group<Name extends keyof ComputeProvider>(
  sound: ComputeProvider,
  name: Name,
  change: Partial<NonNullable<ComputeProvider[Name]>>,
): Partial<ComputeProvider> {
  return { [name]: { ...Object(sound[name]), ...change } };
}
