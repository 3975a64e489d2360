import type { Instance } from "@gpuport/core";
import { Table } from "console-table-printer";
import { money } from "./money.ts";
import type { Rental } from "./rental.ts";

const titles = {
  ...{ provider: "provider", id: "id", status: "status", gpu: "GPU", vram: "VRAM", vcpus: "vCPU" },
  ...{ memory: "RAM", price: "price per hour", ssh: "ssh" },
} as const;
type Column = keyof typeof titles;
type Row = Readonly<Record<Column, string>>;

const numbers: readonly Column[] = ["vram", "vcpus", "memory", "price"];
/** Those that are folded where the terminal is too narrow, but not to less than this. */
const foldable: readonly Column[] = ["id", "price", "ssh"];
const narrowest = 14;

/** A row for each machine; what the cloud did not say is a dash. Without `columns`, as wide as it wants to be. */
export function table(rentals: readonly Rental[], columns: number | undefined): string {
  const rows = rentals.map(toRow);
  const widths = new Map(
    foldable.map((column) => [column, Math.max(...[...rows, titles].map((row) => row[column].length))]),
  );
  const wide = render(rentals, rows, widths);
  let excess = columns ? wide.indexOf("\n") - columns : 0;
  while (excess > 0) {
    const [column, width] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a));
    if (width <= narrowest) break;
    widths.set(column, width - 1);
    excess -= 1;
  }
  return render(rentals, rows, widths);
}

function render(
  rentals: readonly Rental[],
  rows: readonly Row[],
  widths: ReadonlyMap<Column, number>,
): string {
  const names = Object.keys(titles) as Column[]; // its keys are exactly these
  const output = new Table({
    shouldDisableColors: !process.stdout.hasColors?.(),
    columns: names.map((name) => {
      const width = widths.get(name);
      const alignment = numbers.includes(name) ? "right" : "left";
      return { name, title: titles[name], alignment, ...(width !== undefined && { maxLen: width }) };
    }),
  });
  rows.forEach((row, index) => {
    const cells = Object.entries(row).map(([name, text]) => [name, folded(text, widths.get(name as Column))]);
    output.addRow(Object.fromEntries(cells), { color: rentals[index]?.failure ? "red" : "white" });
  });
  return output.render();
}

/** The table breaks lines at blanks only, and ids have none. */
function folded(text: string, width: number | undefined): string {
  if (width === undefined || text.length <= width) return text;
  const words = text.split(" ").flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "g")) ?? []);
  return words.join(" ");
}

function toRow({ provider, instance, failure, offer }: Rental): Row {
  const { gpu, vcpus, memoryMiB } = instance?.hardware ?? {};
  const price = instance && (instance.price ?? offer?.price);
  return {
    provider: provider.name,
    id: instance?.id ?? failure?.instanceId ?? "-",
    status: failure?.code ?? instance?.status ?? "-",
    gpu: gpu === undefined ? "-" : `${gpu.count} × ${gpu.model}`,
    vram: gibibytes(gpu?.memoryMiB),
    vcpus: vcpus === undefined ? "-" : String(Math.round(vcpus * 10) / 10),
    memory: gibibytes(memoryMiB),
    price: price === undefined ? "-" : money(price),
    ssh: address(instance),
  };
}

function gibibytes(memoryMiB: number | undefined): string {
  return memoryMiB === undefined ? "-" : `${Math.round((memoryMiB / 1024) * 10) / 10} GiB`;
}

function address(instance: Instance | undefined): string {
  const best = instance?.access.ssh[0];
  return best === undefined ? "-" : `${best.user}@${best.host}:${best.port}`;
}
