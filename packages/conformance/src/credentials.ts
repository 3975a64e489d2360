import type { Exchange } from "./exchange.ts";

const credentialHeader = /auth|cookie|token|key|secret|session/i;
/** What is shorter would be found in any text. */
const shortest = 6;

/** The values of a request's headers that let it in: whole, without their scheme, and what they pack. */
export function credentialsIn({ headers }: Pick<Exchange, "headers">): string[] {
  const found = [...headers].flatMap(([name, value]) => (credentialHeader.test(name) ? formsOf(value) : []));
  return [...new Set(found)].filter((value) => value.length >= shortest);
}

function formsOf(value: string): string[] {
  const [scheme, rest] = [value.split(" ", 1)[0] ?? "", value.replace(/^\w+ /, "")];
  const cookies = value.split(/;\s*/).map((cookie) => cookie.slice(cookie.indexOf("=") + 1));
  const packed = scheme.toLowerCase() === "basic" ? unpacked(rest) : [];
  return [rest, ...cookies, ...packed];
}

/** The password of `Basic`; the name before it is no secret. */
function unpacked(word: string): string[] {
  const pair = Buffer.from(word, "base64").toString("utf8");
  return [pair.slice(pair.indexOf(":") + 1)];
}

/** Whether a text shows a value, in any form in which texts travel. */
export function shows(text: string, secret: string): boolean {
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ];
  return forms.some((form) => text.includes(form));
}
