import { createServer } from "node:net";
import { nock } from "@gpuport/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeMany, type Instance, type InstanceEvent, watch } from "../src/index.ts";
import { northwind } from "./northwind/adapter.ts";
import { type Machine, type Northwind, startNorthwind } from "./northwind/server.ts";

let cloud: Northwind;
beforeEach(async () => {
  cloud = await startNorthwind();
  cloud.settings.pageSize = 50;
});
afterEach(() => cloud[Symbol.asyncDispose]());

const open = (more: object = {}) =>
  northwind({
    ...{ apiKey: cloud.settings.key, baseUrl: cloud.url, clock: cloud.clock },
    ...{ facts: { pageSize: 50 }, ...more },
  });

/** Machines that somebody has rented already. */
function rent(count: number, state = "booting"): string[] {
  const now = cloud.clock.now();
  return Array.from({ length: count }, (_, index) => {
    const id = `w${index}`;
    cloud.machines.set(id, { id, label: id, image: "i", state, createdAt: now, visibleAt: 0 });
    return id;
  });
}

function turn(id: string, change: Partial<Machine>): void {
  const machine = cloud.machines.get(id);
  if (machine === undefined) throw new TypeError(`there is no ${id}`);
  cloud.machines.set(id, { ...machine, ...change });
}

/** How many requests went out at each moment. */
function calls(path: RegExp): number[] {
  const moments = new Map<number, number>();
  for (const seen of cloud.seen) {
    if (path.test(seen.path)) moments.set(seen.at, (moments.get(seen.at) ?? 0) + 1);
  }
  return [...moments.values()];
}

describe("waits on one account", () => {
  it("look together: one list a tick, whatever the number of waits", async () => {
    const ids = rent(200);
    cloud.clock.alarm(20_000, () => ids.forEach((id) => void turn(id, { state: "up" })));
    const waits = Array.from({ length: 5 }, () => ids.map((id) => open().waitFor(id, "running")));
    const running = await Promise.all(waits.flat());
    expect(running.every(({ status }) => status === "running")).toBe(true);
    expect(calls(/^\/machines\/./)).toEqual([]);
    expect(Math.max(...calls(/^\/machines$/))).toBe(200 / 50);
  });

  it("read a single machine by itself", async () => {
    const [id = ""] = rent(200);
    cloud.clock.alarm(10_000, () => turn(id, { state: "up" }));
    await open().waitFor(id, "running");
    expect(calls(/^\/machines$/)).toEqual([]);
    expect(Math.max(...calls(/^\/machines\/w0$/))).toBe(1);
  });

  it("read by the list only where that is fewer requests than one by one", async () => {
    rent(500);
    cloud.settings.pageSize = 10;
    const slow = open({ facts: { pageSize: 10 } });
    for await (const _ of slow.list());
    const before = cloud.seen.length;
    const ids = ["w1", "w2", "w3"];
    cloud.clock.alarm(60_000, () => ids.forEach((id) => void turn(id, { state: "up" })));
    await Promise.all(ids.map((id) => slow.waitFor(id, "running")));
    const lists = cloud.seen.slice(before).filter(({ path }) => path === "/machines").length;
    // The first tick cannot know how long the list is; what it learns counts from then on.
    expect(lists).toBeLessThanOrEqual(50);
  });

  it("look quickly at first, and then ever more seldom", async () => {
    const [id = ""] = rent(1);
    await expect(open().waitFor(id, "running", { timeoutMs: 3_600_000 })).rejects.toMatchObject({
      code: "timeout",
    });
    const at = cloud.seen.map((seen) => seen.at - (cloud.seen[0]?.at ?? 0));
    expect(at.slice(0, 5)).toEqual([0, 1_000, 2_000, 4_000, 8_000]);
    const pauses = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
    expect(Math.max(...pauses.slice(0, 20))).toBe(5_000);
    expect(Math.max(...pauses)).toBe(15_000);
  });

  it("are not misled by a list that misses a machine once", async () => {
    const ids = rent(100);
    const provider = open();
    cloud.clock.alarm(6_000, () => {
      const hidden = cloud.machines.get("w7");
      cloud.machines.delete("w7");
      cloud.clock.alarm(3_000, () => hidden && cloud.machines.set("w7", hidden));
    });
    cloud.clock.alarm(30_000, () => ids.forEach((id) => void turn(id, { state: "up" })));
    const all = await Promise.all(ids.map((id) => provider.waitFor(id, "running")));
    expect(all).toHaveLength(100);
  });

  it("know from two lists that a machine is gone", async () => {
    const ids = rent(100);
    const provider = open();
    cloud.clock.alarm(6_000, () => void cloud.machines.delete("w7"));
    cloud.clock.alarm(60_000, () =>
      ids.filter((id) => id !== "w7").forEach((id) => void turn(id, { state: "up" })),
    );
    const ends = await Promise.allSettled(ids.map((id) => provider.waitFor(id, "running")));
    expect(ends.filter(({ status }) => status === "rejected")).toMatchObject([
      { reason: { code: "not_found", instanceId: "w7" } },
    ]);
  });

  it("do not take for an answer what was on its way before they began", async () => {
    const [id = ""] = rent(1, "up");
    const provider = open();
    const events = watch(provider, [id]);
    await events.next();
    const asked = cloud.seen.length;
    const next = events.next();
    while (cloud.seen.length === asked) await new Promise((resolve) => setImmediate(resolve));
    // The watch's look has been answered "up" and is on its way back; the machine is stopped meanwhile.
    turn(id, { state: "paused" });
    await expect(provider.waitFor(id, "running", { timeoutMs: 30_000 })).rejects.toMatchObject({
      code: "instance_failed",
    });
    await events.return(undefined);
    await next;
  });

  it("do not take two stale lists in quick succession for proof that a machine is gone", async () => {
    const ids = rent(100);
    const provider = open();
    const hidden = cloud.machines.get("w7");
    cloud.clock.alarm(6_000, () => void cloud.machines.delete("w7"));
    // Somebody else comes and has the list read again at once; the machine shows within the cloud's lag.
    cloud.clock.alarm(8_500, () => {
      void provider.waitFor("w1", "stopped").catch(() => undefined);
      cloud.clock.alarm(2_000, () => hidden && cloud.machines.set("w7", hidden));
    });
    cloud.clock.alarm(30_000, () => ids.forEach((id) => void turn(id, { state: "up" })));
    const all = await Promise.all(ids.map((id) => provider.waitFor(id, "running")));
    expect(all).toHaveLength(100);
  });

  it("leave nothing behind that goes on looking", async () => {
    const ids = rent(60);
    const abort = new AbortController();
    cloud.clock.alarm(9_000, () => abort.abort());
    const waits = ids.map((id) => open().waitFor(id, "running", { signal: abort.signal }));
    const ends = await Promise.allSettled(waits);
    expect(ends.every((end) => end.status === "rejected" && end.reason.code === "cancelled")).toBe(true);
    const before = cloud.seen.length;
    for (let second = 0; second < 60; second += 1) await cloud.clock.sleep(1_000);
    expect(cloud.seen.length - before).toBeLessThanOrEqual(1);
  });
});

describe("a wait for more than a status", () => {
  // nock says "connected" of every socket before it knows.
  beforeEach(() => nock.restore());
  afterEach(() => nock.activate());

  const running = async (port: number | undefined, ready: "endpoint" | "tcp" | "ssh"): Promise<unknown> => {
    const [id = ""] = rent(1, "up");
    if (port !== undefined) turn(id, { ssh: `127.0.0.1:${port}` });
    return open()
      .waitFor(id, "running", { ready, timeoutMs: 20_000 })
      .catch((thrown: unknown) => thrown);
  };
  const listening = async (greeting?: string) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy()); // who has seen enough hangs up
      if (greeting) socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const close = () => new Promise((resolve) => server.close(resolve));
    return { port, close };
  };

  it("names the rung that was not taken", async () => {
    const silent = await listening("220 mail\r\n");
    expect(await running(undefined, "endpoint")).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("running, but not ready (endpoint): its address is not known yet"),
    });
    expect(await running(1, "tcp")).toMatchObject({
      message: expect.stringContaining("not ready (tcp): 127.0.0.1:1: ECONNREFUSED"),
    });
    expect(await running(silent.port, "tcp")).toMatchObject({ status: "running" });
    expect(await running(silent.port, "ssh")).toMatchObject({
      message: expect.stringContaining("is open, but it is no ssh server"),
    });
    await silent.close();
  });

  it("takes up a port that changes", async () => {
    const sshd = await listening("SSH-2.0-OpenSSH_9.2\r\n");
    const [id = ""] = rent(1, "up");
    turn(id, { ssh: "127.0.0.1:1" });
    cloud.clock.alarm(12_000, () => turn(id, { ssh: `127.0.0.1:${sshd.port}` }));
    const ready = await open().waitFor(id, "running", { ready: "ssh" });
    expect(ready.access.ssh).toMatchObject([{ port: sshd.port }]);
    await sshd.close();
  });
});

describe("a watch", () => {
  /** Collects events until there are so many, in the words that matter. */
  async function told(
    events: AsyncIterable<InstanceEvent>,
    count: number,
    after: (told: string[]) => void = () => {},
  ): Promise<string[]> {
    const words: string[] = [];
    for await (const event of events) {
      const instance: Instance | undefined = "instance" in event ? event.instance : undefined;
      words.push([event.type, event.id, instance?.providerStatus].filter(Boolean).join(" "));
      after(words);
      if (words.length >= count) break;
    }
    return words;
  }

  it("tells what one look after another shows, in order, and nothing else", async () => {
    rent(2);
    const steps: Record<number, () => void> = {
      2: () => turn("w0", { state: "up" }),
      3: () => turn("w0", { ssh: "203.0.113.7:22" }),
      4: () => turn("w1", { price: 0.5 }),
      5: () => turn("w1", { state: "paused", price: 0.1 }),
      7: () => void cloud.machines.delete("w1"),
      8: () => void rent(2, "up"),
    };
    const events = watch(open(), ["w0", "w1"]);
    const words = await told(events, 10, ({ length }) => steps[length]?.());
    expect(words.slice(0, 8)).toEqual([
      ...["appeared w0 booting", "appeared w1 booting", "status w0 up", "access w0 up", "price w1 booting"],
      ...["status w1 paused", "price w1 paused", "disappeared w1"],
    ]);
    // Two machines that changed at one moment are told in the order in which they are looked at.
    expect(words.slice(8).sort()).toEqual(["access w0 up", "reappeared w1 up"]);
  });

  it("follows every machine of the account that matches, also those that come later", async () => {
    rent(60, "up");
    const late = (): void => {
      const now = cloud.clock.now();
      cloud.machines.set("late", {
        id: "late",
        label: "l",
        image: "i",
        state: "up",
        createdAt: now,
        visibleAt: 0,
      });
    };
    const matches = ({ id }: Instance): boolean => id === "w5" || id === "late";
    const words = await told(watch(open(), { matches }), 4, ({ length }) => {
      if (length === 1) late();
      if (length === 2) turn("w5", { state: "paused" });
      if (length === 3) void cloud.machines.delete("late");
    });
    expect(words).toEqual(["appeared w5 up", "appeared late up", "status w5 paused", "disappeared late"]);
  });

  it("says once that it cannot read, and goes on when it can", async () => {
    rent(1, "up");
    const words = await told(watch(open(), ["w0"]), 3, ({ length }) => {
      if (length !== 1) return;
      cloud.spoilNext(/^GET/, ...Array.from({ length: 10 }, () => ({ how: { status: 503 } })));
      cloud.clock.alarm(90_000, () => turn("w0", { state: "paused" }));
    });
    expect(words).toEqual(["appeared w0 up", "unreadable w0", "status w0 paused"]);
  });

  it("ends with what no later look could mend", async () => {
    rent(1, "up");
    const events = watch(open(), ["w0"]);
    await expect(
      told(events, 2, () => {
        cloud.settings.key = "changed";
      }),
    ).rejects.toMatchObject({ code: "unauthenticated", operation: "watch", provider: "northwind" });
  });

  it("gives a slow reader every step, and does not look for one who does not read", async () => {
    rent(1, "up");
    const events = watch(open(), ["w0"])[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "appeared" });
    for (let step = 0; step < 8; step += 1) {
      turn("w0", { state: step % 2 === 0 ? "paused" : "up" });
      const before = cloud.seen.length;
      while (cloud.seen.length === before) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const states: (string | undefined)[] = [];
    for (let step = 0; step < 8; step += 1) {
      const { value } = await events.next();
      states.push(value?.type === "status" ? value.instance.providerStatus : undefined);
    }
    expect(states).toEqual(["paused", "up", "paused", "up", "paused", "up", "paused", "up"]);
    await events.return(undefined);
  });

  it("ends with its caller", async () => {
    rent(1, "up");
    const abort = new AbortController();
    const events = watch(open(), ["w0"], { signal: abort.signal });
    await expect(told(events, 2, () => abort.abort())).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("many machines at once", () => {
  it("are read by the list, and each has its own result", async () => {
    const ids = rent(100, "up");
    const results = await describeMany(open(), [...ids, "nobody"]);
    expect(results).toHaveLength(101);
    expect(results.slice(0, 100).every(({ instance }) => instance?.status === "running")).toBe(true);
    expect(results[100]).toMatchObject({ id: "nobody", error: { code: "not_found", instanceId: "nobody" } });
    expect(cloud.seen.map(({ path }) => path).filter((path) => path !== "/machines")).toEqual([
      "/machines/nobody",
    ]);
    expect(cloud.seen).toHaveLength(2 + 1);
  });

  it("are refused by name when an id cannot be one", async () => {
    await expect(describeMany(open(), ["w0", " "])).rejects.toMatchObject({ code: "invalid_argument" });
    expect(cloud.seen).toEqual([]);
  });
});
