import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ClosableJournal } from "@gpuport/core";
import { type Journal, type LaunchRecord, systemClock } from "@gpuport/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteJournal } from "../src/index.ts";
import { inside, nodeOptions } from "./support/bench.ts";
import { launch } from "./support/launch.ts";

let folder: string;
let path: string;
let opened: ClosableJournal[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gpuport-journal-"));
  path = join(folder, "launches.sqlite");
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((journal) => journal.close()));
  await rm(folder, { recursive: true });
});

const never = new AbortController().signal;

function open(options: Partial<Parameters<typeof sqliteJournal>[0]> = {}): ClosableJournal {
  const journal = sqliteJournal({ path, ...options });
  opened.push(journal);
  return journal;
}

async function put(journal: Journal, record: LaunchRecord): Promise<void> {
  const hold = await journal.hold(record.provider, record.key, never);
  await hold.write(record);
  await hold.release();
}

async function list(journal: Journal): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of journal.list()) found.push(key);
  return found;
}

const attempt = new URL("support/attempt.ts", import.meta.url);
const forget = new URL("support/forget.ts", import.meta.url);

/** Runs one of the programs beside these tests, under the shell's limits if any are given. */
async function run(program: URL, args: readonly string[], limits = "true"): Promise<string> {
  const command = [process.execPath, ...nodeOptions, fileURLToPath(program), ...args];
  const { stdout } = await promisify(execFile)("sh", ["-c", `${limits}; exec "$@"`, "sh", ...command]);
  return stdout.trim();
}

describe("a file that cannot be used is refused before anything is sent", () => {
  it("in a folder that is not there, until it is", async () => {
    const journal = open({ path: join(folder, "later", "launches.sqlite") });
    const refused = { code: "invalid_config", message: expect.stringContaining(join(folder, "later")) };
    await expect(journal.hold("northwind", "training", never)).rejects.toMatchObject(refused);
    await expect(list(journal)).rejects.toMatchObject(refused);
    mkdirSync(join(folder, "later"));
    await put(journal, launch());
    expect(await list(journal)).toEqual(["training"]);
  });

  it("a folder", async () => {
    await expect(open({ path: folder }).hold("northwind", "training", never)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("it is a folder"),
    });
  });

  it("a file of another kind", async () => {
    writeFileSync(
      path,
      "No database, but long enough to be mistaken for one by whoever looks at sizes. ".repeat(99),
    );
    await expect(open().hold("northwind", "training", never)).rejects.toMatchObject({
      code: "invalid_config",
    });
    expect(readFileSync(path, "utf8")).toMatch(/^No database/);
  });

  it("another program's database", async () => {
    inside(path, (database) => database.exec("create table recipes (name text)"));
    await expect(open().hold("northwind", "training", never)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("another program"),
    });
    const tables = inside(path, (database) => database.prepare("select name from sqlite_schema").all());
    expect(tables).toEqual([{ name: "recipes" }]);
  });

  it("a file that a later version has written", async () => {
    await open().close();
    await put(open(), launch());
    inside(path, (database) => database.exec("pragma user_version = 99"));
    await expect(open().hold("northwind", "training", never)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("a later gpuport has written it (schema 99"),
    });
  });

  it("a file that may only be read", async () => {
    await put(open(), launch());
    await opened[0]?.close();
    await chmod(path, 0o444);
    await chmod(folder, 0o555);
    const outcome: unknown = JSON.parse(await run(attempt, [path, "stranger"]));
    await chmod(folder, 0o755);
    expect(outcome).toMatchObject({ written: 0, code: "invalid_config" });
  });

  it("a file that somebody has locked, for as long as it is", async () => {
    const sleeps: number[] = [];
    const clock = { ...systemClock, sleep: async (ms: number) => void sleeps.push(ms) };
    const journal = open({ clock });
    await put(journal, launch());
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    await expect(journal.hold("northwind", "other", never)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("locked"),
      retryable: true,
    });
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(2_000);
    expect(await list(journal)).toEqual(["training"]);
    other.exec("rollback");
    other.close();
    await put(journal, launch({ key: "other" }));
  });

  it.each([{ path: "" }, { path: ":memory:" }, { path: "file:x" }, { holdMs: 0 }, { holdMs: Number.NaN }])(
    "and so is %j at once",
    (options) => {
      expect(() => open(options)).toThrow(expect.objectContaining({ code: "invalid_config" }));
    },
  );
});

it("keeps what it has written when the disk is full", async () => {
  // Blocks of 512 bytes. A file that may not grow fails a write as a full disk does.
  const outcome: unknown = JSON.parse(await run(attempt, [path], "ulimit -f 400"));
  expect(outcome).toMatchObject({ code: "unavailable", message: expect.stringContaining(path) });
  const { written } = outcome as { written: number };
  expect(written).toBeGreaterThan(0);
  const journal = open();
  const found = new Set(await list(journal));
  for (let index = 0; index < written; index += 1) expect(found).toContain(`launch ${index}`);
  await put(journal, launch());
});

it("reads what was written before a log that is torn anywhere", async () => {
  const journal = open();
  const count = 12;
  for (let index = 0; index < count; index += 1) await put(journal, launch({ key: `launch ${10 + index}` }));
  const length = readFileSync(`${path}-wal`).length;
  const copy = join(folder, "copy.sqlite");
  const seen = new Set<number>();
  for (let cut = 0; cut <= length; cut += 1021) {
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, cut);
    const torn = open({ path: copy });
    const found = await list(torn);
    expect(found).toEqual(Array.from({ length: found.length }, (_, index) => `launch ${10 + index}`));
    seen.add(found.length);
    await put(torn, launch());
    await torn.close();
  }
  expect([...seen].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count + 1 }, (_, index) => index));
});

it("is made once when many open it at the same moment", async () => {
  const journals = Array.from({ length: 10 }, () => open());
  const programs = Array.from({ length: 3 }, (_, index) => run(forget, [path, `by ${index}`]));
  await Promise.all(journals.map((journal, index) => put(journal, launch({ key: String(index) }))));
  const [journal] = journals;
  if (journal === undefined) throw new TypeError("no journal");
  expect(await list(journal)).toHaveLength(10);
  expect(await Promise.all(programs)).toEqual(["taken", "taken", "taken"]);
});

it("lets a process end that has forgotten a hold", async () => {
  expect(await run(forget, [path, "training"])).toBe("taken");
});

it("writes the fields of a record and nothing else", async () => {
  const more = { token: "a-secret-token", env: { KEY: "another-secret" } };
  await put(open(), { ...launch(), ...more });
  await opened[0]?.close();
  const bytes = readFileSync(path, "latin1");
  expect(bytes).toContain("training");
  expect(bytes).not.toContain("secret");
});

it("closes at the end of its scope", async () => {
  {
    await using journal = sqliteJournal({ path });
    await put(journal, launch());
    await journal.hold("northwind", "held", never);
  }
  const holds = inside(path, (database) => database.prepare("select * from holds").all());
  expect(holds).toEqual([]);
});
