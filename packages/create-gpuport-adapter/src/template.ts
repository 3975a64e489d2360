import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The same from `src` and from `dist`. */
const folder = fileURLToPath(new URL("../template", import.meta.url));

/** Names that mean something where the template stands: to npm, which leaves out a `.gitignore`, to Biome, to publint. */
const renamed: Readonly<Record<string, string>> = {
  _gitignore: ".gitignore",
  "_biome.json": "biome.json",
  "_package.json": "package.json",
};

/** Every file of the template, by the path that it is written to. */
export function readTemplate(): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((path) => !/^(node_modules|dist)\b|\.readme\.ts$/.test(path));
  return new Map(
    paths.map((path) => [
      renamed[path] ?? path.split(sep).join("/"),
      readFileSync(join(folder, path), "utf8"),
    ]),
  );
}

const keywords =
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if " +
  "import in instanceof new null return super switch this throw true try typeof var void while with yield let static await " +
  "async of implements interface package private protected public arguments eval any unknown never undefined NaN Infinity";

/** Every word that the template's code says, and TypeScript's own: an adapter called so would get in its way. */
export function identifiersOfTemplate(): ReadonlySet<string> {
  const words = new Set(keywords.split(" "));
  for (const [path, text] of readTemplate()) {
    if (!path.endsWith(".ts")) continue;
    const code = text.replace(/\/\*.*?\*\/|\/\/.*?$|"[^"\n]*"/gms, "");
    for (const [word] of code.matchAll(/[A-Za-z_$][\w$]*/g)) words.add(word);
  }
  words.delete("myCloud");
  return words;
}
