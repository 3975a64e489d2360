import { instanceStatuses } from "@gpuport/core";
import { type Case, topic } from "../case.ts";
import { claim, collect, refused, same, settled, validInstance } from "../claims.ts";
import type { CaseContext } from "../context.ts";
import * as faults from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";

const exec = topic("exec");
const logs = topic("logs");
const bids = topic("bids");
const naming = topic("naming");
const bulk = topic("bulk");
const account = topic("account");
const stats = topic("stats");

const commandOf = ({ samples }: CaseContext): string =>
  samples.command ?? unverified("the bench has no sample of a command");

export const operations: readonly Case[] = [
  exec.having("exec", "a command gives its output as bytes", async (group, context) => {
    const { id } = await context.rentRunning();
    const { stdout, stderr, truncated, exitCode } = await group.run(id, commandOf(context));
    claim(
      stdout instanceof Uint8Array && stderr instanceof Uint8Array,
      "the output of a command is no bytes",
    );
    same(typeof truncated, "boolean", "the type of `truncated`");
    claim(exitCode === undefined || Number.isInteger(exitCode), `exitCode is ${exitCode}`);
  }),
  exec.having(
    "exec",
    "an empty command is refused before anything is sent",
    async (group, { rentRunning, tap }) => {
      const { id } = await rentRunning();
      const { exchanges } = await tap.during(() =>
        refused("an empty command", () => group.run(id, ""), "invalid_argument"),
      );
      same(exchanges.length, 0, "requests of an empty command");
    },
  ),
  exec.having("exec", "a command in a machine that never was is refused", async (group, context) => {
    await refused("a command nowhere", () => group.run(context.unknownId, commandOf(context)));
  }),
  topic("exec", { tiers: ["offline"] }).having(
    "exec",
    "a command whose answer is lost is not said to have done nothing",
    async (group, context) => {
      const { id } = await context.rentRunning();
      const command = commandOf(context);
      context.tap.inject({ fault: faults.reset("after"), hits: () => true, times: 1 });
      const { error } = await settled(() => group.run(id, command));
      if (error !== undefined)
        claim(!("effect" in error) || error.effect !== undefined, "the error has no effect");
    },
  ),

  logs.having("logs", "a log is a list of lines", async (group, { rentRunning }) => {
    const { id } = await rentRunning();
    const lines = await collect(group.tail(id));
    for (const line of lines)
      claim(typeof line === "string" && !line.includes("\n"), "a line of a log is more than one");
  }),
  logs.having("logs", "the last line of a log is its last", async (group, { rentRunning }) => {
    const { id } = await rentRunning();
    const all = await collect(group.tail(id));
    const last = await collect(group.tail(id, { lines: 1 }));
    claim(last.length <= 1, `${last.length} lines were read where one was asked for`);
    claim(
      last.every((line) => all.includes(line)),
      "the last line of the log is none of its lines",
    );
  }),
  logs.having("logs", "a filtered log holds only what was asked for", async (group, { rentRunning }) => {
    const { id } = await rentRunning();
    same(
      await collect(group.tail(id, { filter: "no line holds this text" })),
      [],
      "lines that hold what no line holds",
    );
  }),
  logs.having("logs", "a log of fewer than one line is refused", async (group, { rentRunning, tap }) => {
    const { id } = await rentRunning();
    const read = () => collect(group.tail(id, { lines: 0 }));
    const { exchanges } = await tap.during(() => refused("a log of no lines", read, "invalid_argument"));
    same(exchanges.length, 0, "requests for a log of no lines");
  }),

  bids.having("bids", "a bid can be changed", async (group, { rentRunning }) => {
    const { id, price } = await rentRunning({ pricing: { kind: "spot" } });
    if (price === undefined) notApplicable("its machines have no price");
    same(price.kind, "spot", "the kind of price of a machine that was bid for");
    await group.change(id, price.perHourMicros * 2);
  }),
  bids.having("bids", "a bid of nothing is refused before anything is sent", async (group, { rent, tap }) => {
    const { id } = await rent({ pricing: { kind: "spot" } });
    for (const amount of [0, -1, 0.5]) {
      const { exchanges } = await tap.during(() =>
        refused(`a bid of ${amount}`, () => group.change(id, amount), "invalid_argument"),
      );
      same(exchanges.length, 0, `requests of a bid of ${amount}`);
    }
  }),

  naming.having("naming", "a machine can be given another name", async (group, { provider, rentRunning }) => {
    const { id } = await rentRunning({ name: "before" });
    await group.rename(id, "after");
    same((await provider.describe(id)).name, "after", "the name after renaming");
  }),
  naming.having("naming", "a machine with another name is still its key's", async (group, context) => {
    const { rent, provider, machines } = context;
    const before = await machines();
    const { id } = await rent({ key: "renamed", name: "before" });
    await provider.waitFor(id, "running");
    await group.rename(id, "after");
    same((await rent({ key: "renamed", name: "before" })).id, id, "the machine of the key after renaming");
    same(await machines(), before + 1, "machines after asking again for a renamed one");
  }),
  naming.having("naming", "a blank name is refused before anything is sent", async (group, { rent, tap }) => {
    const { id } = await rent();
    const { exchanges } = await tap.during(() =>
      refused("a blank name", () => group.rename(id, " "), "invalid_argument"),
    );
    same(exchanges.length, 0, "requests of a blank name");
  }),

  bulk.having("bulk", "several machines are read at once", async (group, { rentRunning }) => {
    const ids = [(await rentRunning()).id, (await rentRunning()).id];
    const found = await group.describe(ids);
    for (const instance of found) validInstance(instance);
    same(found.map(({ id }) => id).toSorted(), ids.toSorted(), "the machines that were asked for");
  }),
  bulk.having(
    "bulk",
    "machines that the cloud does not know are left out",
    async (group, { rentRunning, unknownId }) => {
      const { id } = await rentRunning();
      same(
        (await group.describe([id, unknownId])).map((instance) => instance.id),
        [id],
        "known ones of two ids",
      );
    },
  ),
  bulk.having("bulk", "asking for no machines gives none", async (group) => {
    same(await group.describe([]), [], "the machines of no ids");
  }),
  topic("bulk", { tiers: ["offline"] }).having(
    "bulk",
    "a breakdown is no absent machine",
    async (group, context) => {
      const { id } = await context.rentRunning();
      context.tap.inject({ fault: faults.refusal(500), hits: () => true });
      await refused("bulk.describe", () => group.describe([id], { timeoutMs: 20_000 }));
    },
  ),

  account.having("account.balance", "a balance is an amount of a currency, in micro-units", async (group) => {
    const { currency, availableMicros, parts = [] } = await group.balance();
    claim(/^([A-Z]{3}|CREDIT:[a-z0-9-]+)$/.test(currency), `"${currency}" is no currency`);
    claim(Number.isSafeInteger(availableMicros), `availableMicros is ${availableMicros}, no whole number`);
    for (const { micros } of parts)
      claim(Number.isSafeInteger(micros), `a part of the balance is ${micros} micros`);
  }),
  account.having("account.whoami", "the account has a name", async (group) => {
    claim((await group.whoami()).name !== "", "the account has no name");
  }),
  account.having("account.quota", "a quota is of whole things, or not said", async (group) => {
    for (const [what, value] of Object.entries(await group.quota())) {
      claim(value === undefined || (Number.isInteger(value) && value >= 0), `${what} is ${String(value)}`);
    }
  }),
  account.having("account.users", "each user has a name", async (group) => {
    const users = await group.users();
    claim(
      users.length > 0 && users.every(({ name }) => name !== ""),
      "a user has no name, or there are none",
    );
  }),
  account.having(
    "account.changePassword",
    "an empty password is refused before anything is sent",
    async (group, { tap }) => {
      const change = () => group.changePassword("");
      const { exchanges } = await tap.during(() => refused("an empty password", change, "invalid_argument"));
      same(exchanges.length, 0, "requests of an empty password");
    },
  ),
  topic("account", { tiers: ["offline"] }).having(
    "account.changePassword",
    "a new password is in no error",
    async (group, context) => {
      const next = "a-new-password-6b1f";
      const echo: faults.Fault = {
        name: "an echo",
        run: async ({ exchange }) => new Response(exchange.body + exchange.url.href, { status: 400 }),
      };
      context.tap.inject({ fault: echo, hits: () => true });
      const error = await refused("a refused password", () => group.changePassword(next));
      const { inspect } = await import("node:util");
      claim(
        !inspect(error, { depth: 9, showHidden: true }).includes(next),
        "an error shows the new password",
      );
    },
  ),
  topic("account", { tiers: ["offline"] }).having(
    "account.balance",
    "a breakdown is no balance of nothing",
    async (group, context) => {
      context.tap.inject({ fault: faults.refusal(500), hits: () => true });
      await refused("balance", () => group.balance({ timeoutMs: 20_000 }));
    },
  ),

  stats.having("stats.counts", "machines are counted by their status", async (group, { rentRunning }) => {
    await rentRunning();
    const counts = Object.entries(await group.counts());
    for (const [status, count] of counts) {
      claim(
        instanceStatuses.some((known) => known === status),
        `"${status}" is no status`,
      );
      claim(Number.isInteger(count) && count >= 0, `${status} is counted ${count} times`);
    }
    claim(
      counts.some(([, count]) => count > 0),
      "a machine runs, and none is counted",
    );
  }),
  stats.having("stats.gpuProcesses", "GPU processes name their GPU", async (group) => {
    for (const { gpu, pid } of await group.gpuProcesses()) {
      claim(Number.isInteger(gpu) && gpu >= 0 && Number.isInteger(pid), `process ${pid} is on GPU ${gpu}`);
    }
  }),
  stats.having("stats.host", "a host names what it runs", async (group) => {
    for (const [what, version] of Object.entries(await group.host())) {
      same(typeof version, "string", `the type of ${what}`);
    }
  }),
];
