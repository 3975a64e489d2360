import type { Instance } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, computeError, same, settled } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import { changed } from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";
import { eachRow, isRow, names, type Row, rowsWith } from "../rows.ts";

const { that } = topic("unknown words and odd rows", { tiers: ["offline"] });

const newWord = "quantum_flux";
const statusMember = /stat(e|us)|phase|condition/i;

/** Has the cloud describe the machine with a word that nobody has seen before. */
async function speakUnknown(context: CaseContext, { providerStatus }: Instance): Promise<void> {
  const words = new Set(
    [providerStatus, ...providerStatus.split(/[^A-Za-z_]+/)].filter((word) => word !== ""),
  );
  let replaced = 0;
  await context.inject(
    "read",
    changed("an unknown status word", (body) => {
      eachRow(body, (row) => {
        for (const [member, value] of Object.entries(row)) {
          if (!statusMember.test(member) || !words.has(String(value))) continue;
          row[member] = typeof value === "number" ? 98_765 : newWord;
          replaced += 1;
        }
      });
      return body;
    }),
  );
  await settled(() => collect(context.provider.list()));
  if (replaced === 0) unverified("the cloud's status word is not found in its answers");
}

/** Changes the rows of every page that shows the machine. */
function rowChange(name: string, id: string, change: (rows: unknown[]) => void) {
  return changed(name, (body) => {
    for (const rows of rowsWith(body, id)) change(rows);
    return body;
  });
}

const odd: readonly (readonly [string, (row: unknown) => unknown])[] = [
  ["null", () => null],
  ["a text", () => "row"],
  ["an empty object", () => ({})],
  ["an empty array", () => []],
];

export const words: readonly Case[] = [
  that("a status word that nobody knows is unknown, with the word kept", async (context) => {
    const running = await context.rentRunning();
    await speakUnknown(context, running);
    const { status, providerStatus, reason } = await context.provider.describe(running.id);
    same(status, "unknown", "the status for a word that nobody knows");
    const kept = providerStatus.includes(newWord) || providerStatus.includes("98765");
    claim(kept, `providerStatus is "${providerStatus}": the cloud's own word is lost`);
    same(reason ?? "unrecognized", "unrecognized", "the reason for a word that nobody knows");
  }),
  that("a machine with an unknown status word is listed", async (context) => {
    const running = await context.rentRunning();
    await speakUnknown(context, running);
    const listed = await collect(context.provider.list());
    same(
      listed.find(({ id }) => id === running.id)?.status,
      "unknown",
      "the status of the machine in the list",
    );
  }),
  that("an unknown status word is no evidence that a machine is gone", async (context) => {
    const running = await context.rentRunning();
    await speakUnknown(context, running);
    const before = await context.machines();
    const { error } = await settled(() => context.provider.terminate(running.id, { timeoutMs: 60_000 }));
    if (error !== undefined) computeError("terminate", error);
    else same(await context.machines(), before - 1, "machines after a termination that returned");
  }),
  that("waitFor does not take an unknown word for what it waits for", async (context) => {
    const running = await context.rentRunning();
    await speakUnknown(context, running);
    const wait = () => context.provider.waitFor(running.id, "running", { timeoutMs: 60_000 });
    const { error } = await settled(wait);
    claim(error !== undefined, "waitFor took an unknown status word for running");
    same(
      computeError("waitFor", error).code,
      "timeout",
      "the code of a wait for a machine in an unknown state",
    );
  }),
  that("members that nobody knows do no harm", async ({ provider, rentRunning, inject }) => {
    const { id } = await rentRunning();
    const addMembers = (row: Row): void => {
      row["gpuport_new_member"] = { nested: [1, null] };
    };
    const fault = changed("new members", (body) => {
      eachRow(body, addMembers);
      return body;
    });
    await inject("read", fault);
    same((await provider.describe(id)).id, id, "the machine, described with members that nobody knows");
    const listed = await collect(provider.list());
    claim(
      listed.some((instance) => instance.id === id),
      "the machine is not listed when its row has new members",
    );
  }),
  that("a row that comes twice is one machine", async ({ provider, rentRunning, inject }) => {
    const { id } = await rentRunning();
    await inject(
      "list",
      rowChange("rows twice", id, (rows) => rows.push(...structuredClone(rows))),
    );
    const listed = (await collect(provider.list())).filter((instance) => instance.id === id);
    same(listed.length, 1, "how often a machine is listed whose row came twice");
  }),
  that("rows in another order are the same machines", async ({ provider, rentRunning, inject }) => {
    const { id } = await rentRunning();
    await rentRunning();
    const before = (await collect(provider.list())).map((instance) => instance.id);
    await inject(
      "list",
      rowChange("rows reversed", id, (rows) => rows.reverse()),
    );
    const after = (await collect(provider.list())).map((instance) => instance.id);
    same(after.toSorted(), before.toSorted(), "the machines of a list in another order");
  }),
  ...odd.map(([what, make]) =>
    that(
      `${what} in place of a row is never passed over in silence`,
      async ({ provider, rentRunning, inject }) => {
        const [first, second] = [await rentRunning(), await rentRunning()];
        const spoil = (rows: unknown[]): void => {
          rows[rows.findIndex((row) => isRow(row) && names(row, first.id))] = make(undefined);
        };
        await inject("list", rowChange("an odd row", first.id, spoil));
        const { value, error } = await settled(() => collect(provider.list()));
        if (error !== undefined) return void computeError("list", error);
        const ids = value?.map(({ id }) => id) ?? [];
        const kept = ids.includes(second.id) && ids.length > 1;
        claim(
          kept,
          `with ${what} in place of a row, list finished with ${ids.length} of 2 machines: it must throw`,
        );
      },
    ),
  ),
  that(
    "a row that says only who it is and how it is does not vanish",
    async ({ provider, rentRunning, inject }) => {
      const { id } = await rentRunning();
      const strip = (rows: unknown[]): void => {
        for (const row of rows.filter(isRow)) {
          for (const member of Object.keys(row)) {
            const says =
              String(row[member]) === id || statusMember.test(member) || /id|name|label|key/i.test(member);
            if (!says && !isRow(row[member])) row[member] = null;
          }
        }
      };
      await inject("list", rowChange("a bare row", id, strip));
      const { value, error } = await settled(() => collect(provider.list()));
      if (error !== undefined) return void computeError("list", error);
      claim(
        value?.some((instance) => instance.id === id) ?? false,
        "a machine whose row says little is not listed",
      );
    },
  ),
  that("a list that lacks rows which the cloud counts is not passed off as complete", async (context) => {
    const { provider, rentRunning, inject } = context;
    const [first, second] = [await rentRunning(), await rentRunning()];
    let counted = false;
    const fault = changed("a missing row", (body) => {
      eachRow(body, (row) => {
        counted ||= Object.entries(row).some(([member, value]) => /total|count/i.test(member) && value === 2);
      });
      for (const rows of rowsWith(body, first.id)) {
        rows.splice(
          rows.findIndex((row) => isRow(row) && names(row, first.id)),
          1,
        );
      }
      return body;
    });
    await inject("list", fault);
    const { value, error } = await settled(() => collect(provider.list()));
    if (!counted) notApplicable("its list does not say how many rows it has");
    if (error !== undefined) return void computeError("list", error);
    const ids = value?.map(({ id }) => id) ?? [];
    claim(
      ids.includes(first.id) && ids.includes(second.id),
      "the cloud counts 2 machines, and list finished with one",
    );
  }),
  that("an instance does not show what the cloud sent", async ({ provider, rentRunning, inject }) => {
    const { id } = await rentRunning();
    const probe = "gpuport-payload-probe";
    const fault = changed("a probe in every row", (body) => {
      eachRow(body, (row) => {
        row["gpuport_probe"] = probe;
      });
      return body;
    });
    await inject("read", fault);
    const instance = await provider.describe(id);
    claim(!JSON.stringify(instance).includes(probe), "the cloud's own record shows in an instance's JSON");
    const { inspect } = await import("node:util");
    const inspected = inspect(instance, { depth: 10, showHidden: true });
    claim(!inspected.includes(probe), "the cloud's own record shows when an instance is inspected");
  }),
];
