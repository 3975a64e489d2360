import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

const core = new URL("../../core/src/index.ts", import.meta.url).href;
const zod = new URL("../../core/node_modules/zod/index.js", import.meta.url).href;

/** The adapter of `acme.ts` as a package would ship it: JavaScript, with a copy of core of its own. */
export const acmeSource: string = stripTypeScriptTypes(
  readFileSync(new URL("./acme.ts", import.meta.url), "utf8"),
)
  .replaceAll('"@gpuport/core"', JSON.stringify(core))
  .replaceAll('"zod"', JSON.stringify(zod));

/** The files of an installed package; `exports` as in its package.json. */
export function installed(
  name: string,
  index: string,
  exports: unknown = { ".": { types: "./index.d.ts", default: "./index.js" } },
): Readonly<Record<string, string>> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({
      name,
      version: "1.0.0",
      type: "module",
      exports,
    }),
    [`node_modules/${name}/index.js`]: index,
  };
}
