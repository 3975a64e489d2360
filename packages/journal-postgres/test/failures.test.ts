import { inspect } from "node:util";
import type { ClosableJournal } from "@gpuport/core";
import { type ComputeError, isComputeError, type Journal, type LaunchRecord } from "@gpuport/core";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresJournalOptions, postgresJournal } from "../src/index.ts";
import { inside } from "./support/bench.ts";
import { launch } from "./support/launch.ts";
import { type TestPostgres, testPostgres } from "./support/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  // The journal has to be durable by itself.
  server = await testPostgres({ synchronous_commit: "off", wal_writer_delay: "10s" });
}, 60_000);
afterAll(() => server.close(), 60_000);

let schema: string;
let opened: ClosableJournal[];
let made = 0;
beforeEach(() => {
  made += 1;
  schema = `failures_${made}`;
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((journal) => journal.close()));
});

const never = new AbortController().signal;

function open(options: PostgresJournalOptions = {}): ClosableJournal {
  const { connectionString } = server;
  const journal = postgresJournal({ schema, ...(options.pool ? {} : { connectionString }), ...options });
  opened.push(journal);
  return journal;
}

/** The server's address with other words in it. */
function address(words: {
  username?: string;
  password?: string;
  pathname?: string;
  options?: string;
}): string {
  const { options, ...parts } = words;
  const url = Object.assign(new URL(server.connectionString.replace("@/", "@localhost/")), parts);
  if (options !== undefined) url.searchParams.set("options", options);
  return url.href.replace("@localhost/", "@/");
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

async function failureOf(work: Promise<unknown>): Promise<ComputeError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isComputeError(error)) throw new TypeError(`expected a ComputeError, got ${inspect(error)}`);
  return error;
}

describe("a database that cannot be used is refused before anything is sent, without its password", () => {
  const secret = "pass/word-of-nobody";
  const account = `me:${encodeURIComponent(secret)}`;
  const kinds: [string, string, () => string][] = [
    ["a wrong password", "invalid_config", () => address({ password: secret })],
    ["a user that is not there", "invalid_config", () => address({ username: "no", password: secret })],
    ["a database that is not there", "invalid_config", () => address({ pathname: "/nowhere" })],
    ["no password", "invalid_config", () => address({ password: "" })],
    ["a server that is not there", "unavailable", () => `postgresql://${account}@127.0.0.1:1/x`],
    ["a socket that is not there", "unavailable", () => `postgresql://${account}@/x?host=/nowhere`],
  ];
  it.each(kinds)("%s", async (_, code, connectionString) => {
    const journal = open({ connectionString: connectionString() });
    for (const work of [() => journal.hold("northwind", "training", never), () => list(journal)]) {
      const error = await failureOf(work());
      expect(error.code).toBe(code);
      const all = inspect(error, { depth: 20, showHidden: true });
      for (const hidden of [secret, encodeURIComponent(secret), server.password])
        expect(all).not.toContain(hidden);
    }
  });

  it("an address that cannot be read", async () => {
    const connectionString = `postgresql://me:${secret}@[::1:x/y`;
    const error = await failureOf(Promise.resolve().then(() => open({ connectionString })));
    expect(error.code).toBe("invalid_config");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret);
  });

  it("a user without the rights", async () => {
    await inside(server.connectionString, `create role weak login password '${secret}'`);
    const connectionString = address({ username: "weak", password: secret });
    const error = await failureOf(open({ connectionString }).hold("northwind", "training", never));
    expect(error).toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("permission denied"),
    });
    // A schema of its own is all that it needs.
    await inside(server.connectionString, `create schema ${schema} authorization weak`);
    await put(open({ connectionString }), launch());
  });

  it("a server that takes no writes", async () => {
    const connectionString = address({ options: "-c default_transaction_read_only=on" });
    const error = await failureOf(open({ connectionString }).hold("northwind", "training", never));
    expect(error.code).toBe("unavailable");
  });

  it("a schema that a later version has written", async () => {
    await put(open(), launch());
    await inside(server.connectionString, `insert into ${schema}.migrations (version) values (99)`);
    expect(await failureOf(open().hold("northwind", "training", never))).toMatchObject({
      code: "invalid_config",
      message: expect.stringContaining("a later gpuport has written the journal"),
    });
  });

  it("a text that PostgreSQL cannot keep", async () => {
    const error = await failureOf(open().hold("northwind", "a\0b", never));
    expect(error.code).toBe("invalid_argument");
  });

  it.each([
    {},
    { connectionString: "postgresql://localhost/x", pool: { connect: () => Promise.reject(new Error()) } },
    { connectionString: "postgresql://localhost/x", schema: "" },
    { connectionString: "postgresql://localhost/x", holdMs: -1 },
  ])("and so are wrong options (%#) at once", (options) => {
    expect(() => postgresJournal(options)).toThrow(expect.objectContaining({ code: "invalid_config" }));
  });
});

it("is made once when many open it at the same moment", async () => {
  const journals = Array.from({ length: 10 }, () => open());
  await Promise.all(journals.map((journal, index) => put(journal, launch({ key: String(index) }))));
  expect(await list(open())).toHaveLength(10);
});

it("works with connections of the caller's, and leaves them open", async () => {
  const pool = new pg.Pool({ connectionString: server.connectionString });
  try {
    await using journal = postgresJournal({ pool, schema });
    await put(journal, launch());
    await journal.close();
    expect((await pool.query(`select key from ${schema}.launches`)).rows).toEqual([{ key: "training" }]);
  } finally {
    await pool.end();
  }
});

it("keeps its promises where transactions are serializable unless they say otherwise", async () => {
  const options = "-c default_transaction_isolation=serializable";
  const connectionString = address({ options });
  const journals = [open({ connectionString }), open({ connectionString })];
  const count = async (journal: Journal): Promise<void> => {
    const hold = await journal.hold("northwind", "training", never);
    await hold.write(launch({ sentAt: (hold.record?.sentAt ?? 0) + 1 }));
    await hold.release();
  };
  await Promise.all(journals.flatMap((journal) => Array.from({ length: 10 }, () => count(journal))));
  const hold = await open().hold("northwind", "training", never);
  expect(hold.record?.sentAt).toBe(20);
});

it("goes on after its connections were lost", async () => {
  const journal = open();
  const hold = await journal.hold("northwind", "training", never);
  await hold.write(launch());
  await inside(
    server.connectionString,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gpuport'",
  );
  // Whether the next use finds out or was told before is a matter of moments; the one after finds a connection.
  await hold.write(launch({ state: "refused" })).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "unavailable" });
  });
  await hold.write(launch({ state: "created", instanceId: "i-1" }));
  await hold.release();
  expect(await journal.byInstance("northwind", "i-1")).toMatchObject({ key: "training" });
});

it("has what it was told is written after the server has crashed", async () => {
  const journal = open();
  const keys = Array.from({ length: 30 }, (_, index) => `launch ${10 + index}`);
  for (const key of keys.slice(0, 10)) await put(journal, launch({ key }));
  const budget = { currency: "USD", maxPerHourMicros: 1e9 };
  for (const key of keys.slice(10)) {
    const hold = await journal.hold("northwind", key, never);
    await hold.write(launch({ key, rate: { currency: "USD", perHourMicros: 1 } }), [budget]);
  }
  await server.crash();
  try {
    expect(await failureOf(journal.hold("northwind", "training", never))).toMatchObject({
      code: "unavailable",
    });
  } finally {
    await server.start();
  }
  expect(await list(open())).toEqual(keys);
  await put(journal, launch());
});
