import { ComputeError } from "../errors.ts";

export type QueryValue = string | number | boolean | undefined;
export type Query = Readonly<Record<string, QueryValue | readonly (string | number)[]>>;

/**
 * The URL of an endpoint. Parameters stay inside their path segment whatever they hold: an id is data, and must not
 * reach another endpoint.
 *
 * @throws `invalid_argument` for a parameter that is empty, `.` or `..`.
 */
export function buildUrl(
  baseUrl: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  query: Query = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, parameters[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) search.append(name, String(item));
    }
  }
  const text = search.toString();
  return `${baseUrl.replace(/\/+$/, "")}/${filled.replace(/^\/+/, "")}${text === "" ? "" : `?${text}`}`;
}

function segment(name: string, value: string | undefined): string {
  if (value === undefined || value === "" || value === "." || value === "..") {
    throw new ComputeError({ code: "invalid_argument", field: name, message: `${name} must name something` });
  }
  return encodeURIComponent(value);
}
