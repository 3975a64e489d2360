import { defineAdapter, type Fetch, memoryJournal, reap } from "@gpuport/core";
import { describe, expect, it } from "vitest";
import { openProviders } from "../src/index.ts";
import { acme } from "./acme.ts";
import { acmeSource, installed } from "./acme-package.ts";
import { folder } from "./folder.ts";

// An installed adapter brings a core of its own: these are files that Node loads, and this test's core is another copy.

const name = "@acme/gpuport-cloud";
const token = "acme-token-0123456789";

async function open(source: string, more: { fetch?: Fetch; facts?: object } = {}) {
  await using project = await folder(installed(name, source));
  const { fetch, facts = {} } = more;
  const configuration = { providers: { mine: { adapter: name, token, facts } } };
  return await openProviders(configuration, { directory: project.path, env: {}, fetch });
}

const answering =
  (status: number, body: unknown): Fetch =>
  async () =>
    Response.json(body, { status });

describe("an adapter with a core of its own", () => {
  it("is run by the application's core, whose tools reach its machines", async () => {
    const row = { id: "m1", label: "gp0", state: "up", image: "i" };
    const providers = await open(acmeSource, { fetch: answering(200, [row]) });
    expect(await reap(providers, memoryJournal())).toEqual({ findings: [], failed: [] });
  });

  it("has its credentials hidden in errors", async () => {
    const providers = await open(acmeSource, { fetch: answering(401, { error: `no such token: ${token}` }) });
    const caught: unknown = await providers
      .get("mine")
      .terminate("m1")
      .catch((error: unknown) => error);
    expect(caught).toMatchObject({ code: "unauthenticated" });
    expect(JSON.stringify(caught)).not.toContain(token);
  });

  it("keeps what somebody has put around it", async () => {
    const around = `${acmeSource.replace("export const acme", "const inner")}
      export const acme = Object.assign((options) => ({ ...inner(options), adapter: "around" }), inner);`;
    expect((await open(around)).get("mine").adapter).toBe("around");
  });
});

describe("an adapter of the version before", () => {
  const previous = acmeSource
    .replace("specVersion: 1", "specVersion: 0")
    .replace("appearsWithinMs: 0,", "")
    .replace("visibilityLagMs: 0", "visibilityLagMs: 7000");

  it("is accepted: its lag also says how long a new machine may not be shown", async () => {
    expect(previous).not.toContain("appearsWithinMs");
    const { facts } = (await open(previous)).get("mine");
    expect(facts).toMatchObject({ visibilityLagMs: 7000, appearsWithinMs: 7000 });
  });

  it("can be told both by configuration", async () => {
    const { facts } = (await open(previous, { facts: { appearsWithinMs: 9000 } })).get("mine");
    expect(facts).toMatchObject({ visibilityLagMs: 7000, appearsWithinMs: 9000 });
  });

  it("is accepted with the application's own core too", async () => {
    const specVersion = 0 as 1; // what the compiler no longer lets anybody write
    const { appearsWithinMs: _, ...facts } = acme.facts;
    const older = defineAdapter({
      ...{ id: "older", specVersion, options: acme.options, env: {}, tables: acme.tables },
      facts: { ...facts, visibilityLagMs: 7000 } as typeof acme.facts,
      launch: {
        ...{ fields: [], pricing: [], providerOptions: acme.options, identity: (given: string) => given },
      },
      connect: () => ({
        launch: async () => ({ id: "m1" }),
        list: async () => ({ items: [] }),
        terminate: async () => {},
      }),
    });
    expect(older({ token }).facts.appearsWithinMs).toBe(7000);
    const providers = await openProviders({ providers: { mine: { adapter: older, token } } });
    expect(providers.get("mine").facts.appearsWithinMs).toBe(7000);
  });
});

describe("an adapter of a version that this core cannot run", () => {
  const runs = "this @gpuport/core runs versions 0 and 1";

  it.each([
    [
      "of the future",
      acmeSource.replace("specVersion: 1", "specVersion: 2"),
      `${name} is written for version 2 of the adapter interface, and ${runs}: upgrade @gpuport/core and @gpuport/config`,
    ],
    [
      "that is none",
      acmeSource.replace("specVersion: 1", 'specVersion: "1.0"'),
      `${name} says specVersion "1.0", which is no version of the adapter interface; ${runs}`,
    ],
    [
      "before, made by something else",
      "export const acme = Object.assign(() => {}, { id: 'acme', specVersion: 0 });",
      `${name} is written for version 0 of the adapter interface and was not made with defineAdapter`,
    ],
  ])("%s is refused with what to do", async (_, source, message) => {
    await expect(open(source)).rejects.toMatchObject({
      code: "invalid_config",
      field: "providers.mine.adapter",
      message: expect.stringContaining(message),
    });
  });
});
