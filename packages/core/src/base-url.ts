import * as z from "zod";

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The option `baseUrl`: an absolute http(s) URL without credentials, query or fragment. Plain http is for the machine
 * itself only, because every request carries a credential, unless the cloud has nothing else (`plainHttp`).
 */
export function baseUrlSchema({ plainHttp = false }: { readonly plainHttp?: boolean } = {}) {
  return z.url({ protocol: /^https?$/ }).superRefine((value, context) => {
    if (!URL.canParse(value)) return; // said already
    const url = new URL(value);
    if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
      context.addIssue("must hold no credentials, query or fragment");
    }
    if (url.protocol === "http:" && !plainHttp && !loopback.test(url.hostname)) {
      context.addIssue("must be https: every request carries a credential");
    }
  });
}
