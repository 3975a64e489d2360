import { isObject } from "./parameters.ts";
import { refuse } from "./refusal.ts";
import type { GlowsPort } from "./state.ts";

const ssh: GlowsPort = { port: 22, protocol: "ssh" };
const jupyter: GlowsPort = { port: 8888, protocol: "http" };

/**
 * What a machine publishes. Stock images and snapshots bring an ssh server and, unless other ports are asked for, a
 * notebook; an image from a registry publishes only what is asked for.
 */
export function toPorts(
  text: string | undefined,
  { stock }: { readonly stock: boolean },
): readonly GlowsPort[] {
  const asked = text === undefined ? [] : parse(text);
  if (!stock) return asked;
  if (text === undefined) return [ssh, jupyter];
  return asked.some(({ port }) => port === 22) ? asked : [ssh, ...asked];
}

/** `ports` is a string that holds the JSON of an array. */
function parse(text: string): readonly GlowsPort[] {
  const rows = toArray(text);
  return rows.map((row) => {
    if (!isObject(row)) refuse("illegalParameter", "ports must hold objects");
    const { port, protocol } = row;
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
      refuse("illegalParameter", "ports: port out of range");
    }
    if (protocol !== 1 && protocol !== 2) refuse("illegalParameter", "ports: unknown protocol");
    return { port, protocol: protocol === 1 ? "ssh" : "http" };
  });
}

function toArray(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse("illegalParameter", "ports is not JSON");
  }
  return Array.isArray(value) ? value : refuse("illegalParameter", "ports is not an array");
}
