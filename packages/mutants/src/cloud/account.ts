import { hourlyCents, type Machine } from "./machine.ts";
import type { Time } from "./time.ts";

const fullBalanceCents = 123_456.78;

/** The account's money: what runs is paid for as it runs. */
export function createAccount(time: Time, machines: () => Iterable<Machine>) {
  function spentCents(): number {
    let spent = 0;
    for (const machine of machines()) {
      const hours =
        (machine.startedAt === undefined ? 0 : (machine.endedAt ?? time.now()) - machine.startedAt) /
        3_600_000;
      spent += hours * hourlyCents(machine);
    }
    return spent;
  }
  return {
    show: (): unknown => ({
      account_id: "ac-77",
      holder: "ada",
      admin: false,
      balance_cents: Math.floor((fullBalanceCents - spentCents()) * 100) / 100,
      max_machines: 40,
      max_gpus: 160,
      max_disk_gb: 20_000,
      max_snapshots: 50,
    }),
  };
}
