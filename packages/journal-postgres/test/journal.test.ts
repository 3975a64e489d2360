import { testSharedJournal } from "@gpuport/conformance";
import { afterAll, beforeAll, it } from "vitest";
import { openBench } from "./support/bench.ts";
import { type TestPostgres, testPostgres } from "./support/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await testPostgres({ fsync: "off" }); // no power fails here
}, 60_000);
afterAll(() => server.close(), 60_000);

testSharedJournal(it, () => openBench(server));
