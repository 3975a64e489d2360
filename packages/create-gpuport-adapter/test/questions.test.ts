import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readArguments } from "../src/arguments.ts";
import { answersOf, GivenUp } from "../src/questions.ts";

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "gpuport-create-"));
});
afterEach(() => rm(scratch, { recursive: true }));

/** Node 22 says that it leaves types out. */
const quiet = ["--disable-warning=ExperimentalWarning"];
const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

/** Runs the command without a terminal. */
async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...quiet, cli, ...args], {
      cwd: scratch,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const {
      code = -1,
      stdout = "",
      stderr = "",
    } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, out: stdout, err: stderr };
  }
}

describe("without a terminal", () => {
  const complete = ["--name", "tensor-barn", "--base-url", "https://api.tensorbarn.test"];

  it("names everything that is missing, and writes nothing", async () => {
    const { code, err } = await run("--auth", "basic");
    expect(err).toBe("missing --name, --base-url, and there is no terminal to ask on\n");
    expect(code).toBe(2);
    expect(await readdir(scratch)).toEqual([]);
  });

  it.each([
    [["--nmae", "x"], "--nmae"],
    [["--name", "Tensor"], "--name: must be lower case"],
    [["--base-url", "http://api.tensorbarn.test"], "--base-url: must be https"],
    [["--auth", "oauth"], "--auth: must be one of bearer, header, basic, login"],
    [["--yes"], "missing --name, --base-url, and --yes asks nothing"],
  ])("%j is wrong usage", async (args, words) => {
    const { code, err } = await run(...args);
    expect(err).toContain(words);
    expect(code).toBe(2);
  });

  it("refuses a folder that holds something", async () => {
    await writeFile(join(scratch, "mine.txt"), "mine");
    const { code, err } = await run(...complete, "--yes", "--directory", ".");
    expect(err).toBe("--directory: . is not empty\n");
    expect(code).toBe(2);
    expect(await readdir(scratch)).toEqual(["mine.txt"]);
  });

  it("helps", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("--base-url URL") });
  });
});

describe("on a terminal", () => {
  /** Types each text as soon as a question that it answers is on the screen. */
  function terminal(...typed: readonly (readonly [question: string, keys: string])[]) {
    const input = new PassThrough();
    const output = new PassThrough();
    const left = [...typed];
    let screen = "";
    output.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      const [question, keys] = left[0] ?? [];
      if (question === undefined || !screen.includes(question)) return;
      left.shift();
      // The question is listened for once it has been drawn.
      setImmediate(() => input.write(keys));
    });
    return { input, output };
  }

  it("asks for what is not said, and says what is wrong with an answer", async () => {
    const typing = terminal(
      ["called", "Barn\r"],
      ["lower case", "\u007f\u007f\u007f\u007fbarn\r"],
      ["API", "https://api.barn.test\r"],
      ["who asks", "\u001b[B\r"],
    );
    expect(await answersOf(readArguments([]), typing)).toEqual({
      ...{ name: "barn", baseUrl: "https://api.barn.test", auth: "header", directory: "gpuport-barn" },
    });
  });

  it("asks nothing that has been said", async () => {
    const given = readArguments(["--name", "barn", "--auth", "login", "--directory", "here"]);
    expect(await answersOf(given, terminal(["API", "https://api.barn.test\r"]))).toEqual({
      ...{ name: "barn", baseUrl: "https://api.barn.test", auth: "login", directory: "here" },
    });
  });

  it.each([["called"], ["API"], ["who asks"]])("gives up at Ctrl-C when %j is asked", async (last) => {
    const answers = [
      ["called", "barn\r"],
      ["API", "https://api.barn.test\r"],
    ] as const;
    const before = answers.slice(0, ["called", "API", "who asks"].indexOf(last));
    await expect(answersOf(readArguments([]), terminal(...before, [last, "\u0003"]))).rejects.toThrow(
      GivenUp,
    );
  });
});
