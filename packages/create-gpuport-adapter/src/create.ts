import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Answers, wrongBaseUrl, wrongName } from "./answers.ts";
import { authentications } from "./authentication.ts";
import { readTemplate } from "./template.ts";
import { replaced, replacements, templateWords, wordsOf } from "./words.ts";

/** Versions by the name of a package. */
export type Versions = Readonly<Record<string, string>>;

const templateBaseUrl = "https://api.my-cloud.example/v1";

/**
 * Writes an adapter's package and returns the paths of its files, below the directory. Existing files are never written
 * over.
 *
 * @throws `TypeError` for a name or a base URL that cannot be written into a package.
 * @param versions What the package depends on, by name; those that this package was published with when left out.
 */
export async function createAdapter(
  answers: Answers,
  versions: Versions = publishedVersions(),
): Promise<readonly string[]> {
  const wrong = wrongName(answers.name) ?? wrongBaseUrl(answers.baseUrl);
  if (wrong !== undefined) throw new TypeError(wrong);
  const files = adapterFiles(answers, versions);
  for (const [path, text] of files) {
    const file = join(answers.directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
  }
  return [...files.keys()];
}

function adapterFiles({ name, baseUrl, auth }: Answers, versions: Versions): ReadonlyMap<string, string> {
  const files = new Map(readTemplate());
  for (const [path, from, to] of authentications[auth]) {
    const text = files.get(path) ?? "";
    // A template that has moved on without its variants is a defect, and must not be written.
    if (!text.includes(from)) throw new Error(`${path} of the template does not say: ${from}`);
    files.set(
      path,
      text.replace(from, () => to),
    );
  }
  const written = new URL(baseUrl).href.replace(/\/$/, "");
  const by = new Map([...replacements(templateWords, wordsOf(name)), [templateBaseUrl, written]]);
  const made = new Map([...files].map(([path, text]) => [replaced(path, by), replaced(text, by)]));
  made.set("package.json", withVersions(made.get("package.json") ?? "", versions));
  return made;
}

/** The template's manifest says `*` where a version belongs. */
function withVersions(manifest: string, versions: Versions): string {
  return manifest.replace(/"([^"]+)": "\*"/g, (_, name: string) => {
    const version = versions[name];
    if (version === undefined) throw new Error(`there is no version of ${name} to depend on`);
    return `"${name}": "${version}"`;
  });
}

/**
 * The template's dependencies are development dependencies of this very package: publishing puts numbers in the place of
 * `workspace:` and `catalog:`, so an adapter is made with the versions that it was tested with.
 */
function publishedVersions(): Versions {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { devDependencies }: { devDependencies: Versions } = JSON.parse(manifest);
  const unpublished = Object.entries(devDependencies).find(([, version]) =>
    /^(workspace|catalog):/.test(version),
  );
  if (unpublished === undefined) return devDependencies;
  throw new Error(`this is not the published package: ${unpublished[0]} has the version ${unpublished[1]}`);
}
