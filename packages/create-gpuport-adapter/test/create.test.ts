import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wrongBaseUrl, wrongDirectory, wrongName } from "../src/answers.ts";
import { authentications } from "../src/authentication.ts";
import { type Authentication, createAdapter } from "../src/index.ts";
import { wordsOf } from "../src/words.ts";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
const versions = {
  ...{ "@gpuport/core": "^1.2.3", "@gpuport/conformance": "^1.2.3", zod: "^4.0.0" },
  ...{ "@biomejs/biome": "2.0.0", "@types/node": "22.0.0", "fast-check": "4.0.0" },
  ...{ nock: "15.0.0", typescript: "7.0.0", vitest: "5.0.0" },
};
const answers = { name: "tensor-barn", baseUrl: "https://api.tensorbarn.test/v1", auth: "bearer" } as const;

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "gpuport-create-"));
});
afterEach(() => rm(scratch, { recursive: true }));

describe("a name", () => {
  it("is the cloud's, in every form that code needs", () => {
    expect(wordsOf("tensor-barn")).toEqual({
      packageName: "gpuport-tensor-barn",
      id: "tensor-barn",
      camel: "tensorBarn",
      pascal: "TensorBarn",
      constant: "TENSOR_BARN",
      title: "Tensor Barn",
    });
  });

  it.each([
    ["gpuport-tensor-barn", "gpuport-tensor-barn", "tensor-barn"],
    ["@acme/gpuport-tensor", "@acme/gpuport-tensor", "tensor"],
    ["@acme/tensor", "@acme/tensor", "tensor"],
  ])("may be the package's, %s", (name, packageName, id) => {
    expect(wrongName(name)).toBeUndefined();
    expect(wordsOf(name)).toMatchObject({ packageName, id });
  });

  it.each([
    ["", "say what"],
    ["TensorBarn", "lower case"],
    ["tensor barn", "npm"],
    ["../../etc", "npm"],
    ["@acme/", "npm"],
    ["@/tensor", "npm"],
    ["4you", "words of letters"],
    ["tensor--barn", "words of letters"],
    ["a".repeat(41), "40 characters"],
    ["vast", "has already"],
    ["class", "choose another"],
    ["create-driver", "choose another"],
  ])("%j is refused: %s", (name, why) => expect(wrongName(name)).toContain(why));
});

describe("a base URL", () => {
  it.each([
    ["api.tensorbarn.test", "whole URL"],
    ["http://api.tensorbarn.test", "https"],
    ["https://alice:hunter2@api.tensorbarn.test", "no credentials"],
    ["https://api.tensorbarn.test/?key=1", "no query"],
    ["https://api.tensorbarn.test/*/v1", "letters"],
    [`https://api.tensorbarn.test/${"v".repeat(80)}`, "80 characters"],
  ])("%s is refused: %s", (baseUrl, why) => {
    expect(wrongBaseUrl(baseUrl)).toContain(why);
    expect(wrongBaseUrl(baseUrl)).not.toContain("hunter2");
  });

  it("may have a port and a path", () => {
    expect(wrongBaseUrl("https://api.tensorbarn.test:8443/v1/")).toBeUndefined();
  });
});

describe("an adapter", () => {
  it.each(Object.keys(authentications) as Authentication[])(
    "with %s says nothing of the template",
    async (auth) => {
      const directory = join(scratch, "made");
      const files = await createAdapter({ ...answers, auth, directory }, versions);
      expect(files).toContain("biome.json");
      expect(files).toContain(".gitignore");
      expect(files).toContain("test/tensor-barn.test-d.ts");
      for (const path of files) {
        const text = await readFile(join(directory, path), "utf8");
        expect(`${path}\n${text}`).not.toMatch(/my.?cloud|workspace:|catalog:|"\*"/i);
      }
      const manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
      expect(manifest).toMatchObject({
        name: "gpuport-tensor-barn",
        dependencies: { "@gpuport/core": "^1.2.3", zod: "^4.0.0" },
      });
      expect(await readFile(join(directory, "src/options.ts"), "utf8")).toContain(`"${answers.baseUrl}"`);
    },
  );

  // The formatter breaks lines where they are full, and the names are in them.
  it.each(["q", `tensor-barn-${"of-the-north-".repeat(2)}x`, "@acme/gpuport-tensor"])(
    "of the name %s is formatted and free of lint",
    async (name) => {
      for (const auth of Object.keys(authentications) as Authentication[]) {
        const baseUrl = `https://api.tensorbarn.test/${name.replace("@", "").repeat(2)}`.slice(0, 80);
        await createAdapter({ name, baseUrl, auth, directory: join(scratch, auth) }, versions);
      }
      for (const auth of Object.keys(authentications)) {
        const linted = promisify(execFile)(process.execPath, [biome, "ci", "--colors=off", "."], {
          cwd: join(scratch, auth),
        });
        expect(
          await linted.then(
            () => "",
            ({ stdout, stderr }) => stdout + stderr,
          ),
        ).toBe("");
      }
    },
  );

  it("may be called nearly like the template, at an address like its own", async () => {
    const baseUrl = "https://api.my-cloud.example/v1/my-cloud";
    const directory = join(scratch, "made");
    await createAdapter({ ...answers, name: "my-cloud-two", baseUrl, directory }, versions);
    const index = await readFile(join(directory, "src/index.ts"), "utf8");
    expect(index).toContain('id: "my-cloud-two"');
    expect(index).toContain("export const myCloudTwo =");
    expect(await readFile(join(directory, "src/options.ts"), "utf8")).toContain(`= "${baseUrl}"`);
    expect(await readFile(join(directory, "package.json"), "utf8")).toContain('"gpuport-my-cloud-two"');
  });

  it("is not made of what the command line would refuse", async () => {
    const directory = join(scratch, "made");
    const code = { ...answers, baseUrl: 'https://a.test/");process.exit(1);("', directory };
    await expect(createAdapter(code, versions)).rejects.toThrow(TypeError);
    await expect(createAdapter({ ...answers, name: "../x", directory }, versions)).rejects.toThrow(TypeError);
    expect(await readdir(scratch)).toEqual([]);
  });

  it("is never written over something", async () => {
    await writeFile(join(scratch, "README.md"), "mine");
    expect(wrongDirectory(scratch)).toContain("is not empty");
    expect(wrongDirectory(join(scratch, "README.md"))).toContain("is a file");
    await expect(createAdapter({ ...answers, directory: scratch }, versions)).rejects.toThrow("EEXIST");
    expect(await readFile(join(scratch, "README.md"), "utf8")).toBe("mine");
    expect(wrongDirectory(join(scratch, "new"))).toBeUndefined();
  });

  it("is not made with versions that are not published", async () => {
    const directory = join(scratch, "made");
    await expect(createAdapter({ ...answers, directory })).rejects.toThrow("not the published package");
    await expect(createAdapter({ ...answers, directory }, {})).rejects.toThrow("no version of");
    expect(await readdir(scratch)).toEqual([]);
  });
});
