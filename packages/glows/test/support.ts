import { type ComputeError, isComputeError } from "@gpuport/core";
import { nock } from "@gpuport/testkit";

export const token = "sdk-token-of-the-tests";

/** The API on the wire; every call must carry the token. */
export const api = (): nock.Scope =>
  nock("https://a.glows.ai", {
    reqheaders: { authorization: `Bearer ${token}`, accept: "application/json" },
  });

/** Without an interceptor, anything that is sent fails the test. */
export async function refusalOf(work: Promise<unknown>): Promise<ComputeError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isComputeError(error)) throw new Error("it was not refused", { cause: error });
  return error;
}

/** All that an iteration gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
