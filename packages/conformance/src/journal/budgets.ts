import assert from "node:assert/strict";
import type { Budget } from "@gpuport/core";
import type { JournalBench, JournalCase } from "./bench.ts";
import { dollars, get, put, record, refuses, same, spend } from "./tools.ts";

/** What all launches together may cost. */
export const budgetCases: readonly JournalCase<JournalBench>[] = [
  {
    name: "a budget counts what may bill, in its currency, at its provider",
    async run({ journal }) {
      const total: Budget = { currency: "USD", maxPerHourMicros: 10e6 };
      const north: Budget = { ...total, provider: "northwind", maxPerHourMicros: 5e6 };
      const budgets = [total, north];
      await put(journal, record({ key: "open", rate: dollars(1e6) }), budgets);
      await put(journal, record({ key: "ending", state: "ending", rate: dollars(1e6) }), budgets);
      await put(journal, record({ key: "created", state: "created", rate: dollars(2e6) }), budgets);
      await put(journal, record({ key: "ended", state: "ended", rate: dollars(50e6) }), budgets);
      await put(journal, record({ key: "refused", state: "refused", rate: dollars(50e6) }), budgets);
      const euros = { currency: "EUR", perHourMicros: 50e6 };
      await put(journal, record({ key: "euros", rate: euros }), budgets);
      await put(journal, record({ key: "unknown rate" }), budgets);
      await put(journal, record({ provider: "southwind", key: "south", rate: dollars(5e6) }), budgets);

      await refuses(
        put(journal, record({ key: "one more", rate: dollars(1e6 + 1) }), budgets),
        "quota_exceeded",
      );
      assert.equal(await get(journal, record({ key: "one more" })), undefined);
      await put(journal, record({ key: "one more", rate: dollars(1e6) }), budgets); // exactly at the limit
      const south = record({ provider: "southwind", key: "more" });
      await refuses(put(journal, { ...south, rate: dollars(1) }, budgets), "quota_exceeded");
      await put(journal, { ...south, rate: dollars(1) }, [north]);
    },
  },
  {
    name: "a launch does not count against itself, and an old record survives a refusal",
    async run({ journal }) {
      const budget: Budget = { currency: "USD", maxPerHourMicros: 3e6 };
      const first = record({ rate: dollars(2e6) });
      await put(journal, first, [budget]);
      await put(journal, { ...first, rate: dollars(3e6) }, [budget]);
      await refuses(put(journal, { ...first, rate: dollars(3e6 + 1) }, [budget]), "quota_exceeded");
      same(await get(journal), { ...first, rate: dollars(3e6) });
      await put(journal, { ...first, state: "ended" }, [budget]);
      await put(journal, record({ key: "next", rate: dollars(3e6) }), [budget]);
    },
  },
  {
    name: "a budget holds when many write at once",
    run: ({ journal }) => spend([journal], 20, 7),
  },
];
