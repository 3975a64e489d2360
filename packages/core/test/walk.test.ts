import { virtualClock } from "@gpuport/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Page } from "../src/index.ts";
import { walk } from "../src/protocol/walk.ts";

interface Row {
  readonly id: string;
}

/** A list that numbers its pages, as a server holds it: rows may come and go while it is read. */
function numbered(rows: Row[], pageSize: number, latencyMs = 20) {
  const clock = virtualClock();
  let under = 0;
  const seen = { most: 0, calls: 0, aborted: 0 };
  async function readPage(cursor: string | undefined, signal: AbortSignal): Promise<Page<Row>> {
    seen.calls += 1;
    under += 1;
    seen.most = Math.max(seen.most, under);
    await clock.sleep(latencyMs, signal);
    under -= 1;
    if (signal.aborted) seen.aborted += 1;
    signal.throwIfAborted();
    const page = Number(cursor ?? 1);
    const pages = Math.ceil(rows.length / pageSize);
    const cursorOf = (number: number) => (number <= pages ? String(number) : undefined);
    const items = rows.slice((page - 1) * pageSize, page * pageSize);
    return { items, next: cursorOf(page + 1), total: rows.length, cursorOf };
  }
  return { clock, readPage, seen };
}

const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ id: `r${index}` }));

async function collect(items: AsyncIterable<Row>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of items) ids.push(id);
  return ids;
}

describe("a list whose pages are numbered", () => {
  it("is read eight pages ahead, each page once, in order", async () => {
    const rows = rowsOf(1_000);
    const { clock, readPage, seen } = numbered(rows, 20);
    const ids = await clock.run(collect(walk("list", readPage)));
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(seen).toMatchObject({ most: 8, calls: 50 });
    expect(clock.now()).toBeLessThan((50 / 8 + 2) * 20);
  });

  it("is not read any further for somebody who has left", async () => {
    const { clock, readPage, seen } = numbered(rowsOf(1_000), 20);
    const first = async (): Promise<string> => {
      let met = 0;
      for await (const { id } of walk("list", readPage)) {
        met += 1;
        if (met === 30) return id;
      }
      throw new TypeError("the list ended early");
    };
    expect(await clock.run(first())).toBe("r29");
    await clock.run(clock.sleep(1_000));
    expect(seen.calls).toBeLessThan(12);
    expect(seen.aborted).toBe(seen.calls - 2);
  });

  it("ends with the caller's signal", async () => {
    const { clock, readPage } = numbered(rowsOf(1_000), 20);
    const abort = new AbortController();
    const work = collect(walk("list", readPage, abort.signal));
    clock.alarm(50, () => abort.abort(new Error("enough")));
    await expect(clock.run(work)).rejects.toThrow("enough");
  });

  it("is complete although rows leave while it is read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(400), leaves: fc.nat(99) }), { maxLength: 3 }),
        async (changes) => {
          const rows = rowsOf(200);
          const stay = new Set(rows.map(({ id }) => id));
          const { clock, readPage } = numbered(rows, 20);
          for (const { at, leaves } of changes) {
            clock.alarm(at, () => {
              const [gone] = rows.splice(leaves, 1);
              stay.delete(gone?.id ?? "");
            });
          }
          const ids = new Set(await clock.run(collect(walk("list", readPage))));
          for (const id of stay) expect(ids).toContain(id);
        },
      ),
    );
  });
});

describe("a list with cursors", () => {
  it("is read one page after another, and refused when it goes in a circle", async () => {
    const pages: Record<string, Page<Row>> = {
      first: { items: [{ id: "a" }], next: "second" },
      second: { items: [{ id: "b" }], next: "third" },
      third: { items: [{ id: "c" }], next: "second" },
    };
    const read = async (cursor = "first"): Promise<Page<Row>> => pages[cursor] ?? { items: [] };
    await expect(collect(walk("list", read))).rejects.toMatchObject({ code: "bad_response" });
  });
});
