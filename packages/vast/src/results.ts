import { type Api, ComputeError, type DriverCall, type DriverContext, type ReadFailure } from "@gpuport/core";
import * as z from "zod";
import type { EndpointName } from "./endpoints.ts";
import { resultPauseMs } from "./limits.ts";
import type { resultSchema } from "./wire.ts";

/** Fetches what was asked for from where the answer says that it will lie. */
export type FetchResult = (answer: z.output<typeof resultSchema>, call: DriverCall) => Promise<string>;

/**
 * Results lie in object storage, which is no part of the API: the address itself is the permission, the key must not go
 * there, and there is nothing at first.
 */
export function resultsOf({ http }: Pick<DriverContext<EndpointName>, "http">, baseUrl: string): FetchResult {
  return async ({ result_url }, call) => {
    const url = new URL(result_url);
    if (url.protocol !== "https:" && url.host !== new URL(baseUrl).host) {
      throw new ComputeError({ code: "bad_response", message: "its result is to be fetched without https" });
    }
    const [, folder = "", file = ""] = /^(.*)\/([^/]*)$/.exec(url.pathname) ?? [];
    let text = "";
    const readFailure: ReadFailure = (answer) => {
      text = answer.text;
      return toFailure(answer);
    };
    const storage: Api<EndpointName> = http({
      baseUrl: url.origin + folder,
      headers: { accept: "*/*" },
      readFailure,
    });
    await storage.call("instance.result", {
      ...{ params: { file: decodeURIComponent(file) }, query: Object.fromEntries(url.searchParams) },
      response: z.unknown(), // any text: what matters is that it is there
      ...call,
      secrets: [...(call.secrets ?? []), ...url.searchParams.values()],
    });
    return text;
  };
}

const toFailure: ReadFailure = ({ status }) => {
  if (status === 403 || status === 404) {
    return { code: "unavailable", message: "the result is not there yet", retryAfterMs: resultPauseMs };
  }
  if (status >= 300 && status < 400) {
    return { code: "bad_response", message: "the result is to be fetched elsewhere, which is not followed" };
  }
  return undefined;
};
