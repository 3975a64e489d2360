import { join } from "node:path";
import ts from "typescript-6";
import { beforeAll, describe, expect, it } from "vitest";

// What an editor shows: the language service is asked as an editor asks it, about a file that only it knows.

const root = join(import.meta.dirname, "../../..");
const file = join(root, "packages/examples/test/in-an-editor.ts");
const text = `
import { glows } from "@gpuport/glows";
import { vast } from "@gpuport/vast";
const provider = vast({ apiKey: "k" });
void provider./*launch*/launch({ gpu: { /*model*/model: "l4" } });
void provider./*power*/power./*stop*/stop("id");
void provider./*waitFor*/waitFor("id", "running").then(({ /*billing*/billing }) => billing);
glows({ token: "t" }).power;
`;

let service: ts.LanguageService;
beforeAll(() => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot(name) {
      const content = name === file ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
});

function shownAt(mark: string): string {
  const comment = `/*${mark}*/`;
  const info = service.getQuickInfoAtPosition(file, text.indexOf(comment) + comment.length);
  return ts.displayPartsToString(info?.documentation);
}

describe("an editor shows", () => {
  it.each([
    ["launch", "Rents one machine"],
    ["stop", "Stops the machine and keeps its disk"],
    ["waitFor", "Watches a machine until it has the status"],
    ["model", "An id (`h100-sxm-80gb`), a family"],
    ["billing", "What it costs now"],
  ])("the comment of %s", (mark, words) => {
    expect(shownAt(mark)).toContain(words);
  });

  it("that a cloud lacks a group", () => {
    const complaints = service.getSemanticDiagnostics(file).map(({ messageText }) => messageText);
    expect(complaints).toHaveLength(1);
    expect(String(complaints[0])).toContain("Property 'power' does not exist");
  });
});
