import { Table } from "console-table-printer";
import { cloudNames } from "./clouds.ts";
import { faults, operations } from "./matrix.ts";
import { type Count, type Failure, type Side, sides, sum, type Tally } from "./tally.ts";

const shown = 20;

/** What the command prints. */
export function report(tally: Tally): string {
  const met = faults.filter(({ id }) => sum(tally, (_, fault) => fault === id).cells > 0);
  const declared = met.filter(({ beyond }) => !beyond);
  const beyond = met.filter((row) => row.beyond);
  const isDeclared = (fault: string): boolean => declared.some(({ id }) => id === fault);
  const total = (side: Side): Count => sum(tally, (at, fault) => at === side && isDeclared(fault));
  return [
    "Cells with doubles / orphans / false proofs, protocol on and off:",
    table(tally, declared),
    ...(beyond.length === 0 ? [] : ["Beyond what was declared about the cloud (not counted below):"]),
    ...(beyond.length === 0 ? [] : [table(tally, beyond), ...beyondWords(tally, beyond)]),
    ...operations.flatMap((operation) =>
      sides.map((side) => {
        const count = sum(tally, (at, fault, _, op) => at === side && op === operation && isDeclared(fault));
        return `${operation}, protocol ${side}: ${brief(count)} in ${count.cells} cells`;
      }),
    ),
    "",
    ...tally.failures.slice(0, shown).map(failureLine),
    ...(tally.failures.length > shown
      ? [`… and ${tally.failures.length - shown} more (--json has all)`]
      : []),
    ...sides.map((side) => `protocol ${side}, besides: ${besides(total(side))}`),
    ...sides.map((side) => `protocol ${side}: ${sentence(total(side))}`),
  ].join("\n");
}

function table(tally: Tally, rows: typeof faults): string {
  const output = new Table({
    shouldDisableColors: true,
    columns: [
      { name: "fault", alignment: "left" },
      ...cloudNames.flatMap((cloud) =>
        sides.map((side) => ({ name: `${cloud} ${side}`, alignment: "right" as const })),
      ),
    ],
  });
  const cells = (isRow: (fault: string) => boolean): Record<string, string> =>
    Object.fromEntries(
      cloudNames.flatMap((name) =>
        sides.map((side) => [
          `${name} ${side}`,
          short(sum(tally, (at, fault, cloud) => at === side && cloud === name && isRow(fault))),
        ]),
      ),
    );
  for (const { id, title } of rows) output.addRow({ fault: title, ...cells((fault) => fault === id) });
  output.addRow({ fault: "total", ...cells((fault) => rows.some(({ id }) => id === fault)) });
  return output.render();
}

/** What becomes of the machines that come later than was declared. */
function beyondWords(tally: Tally, rows: typeof faults): string[] {
  return rows.map(({ id, title }) => {
    const count = sum(tally, (side, fault) => side === "on" && fault === id);
    const { doubles, orphans, falseAnswers, leftOpen } = count.wrong;
    return `${title}: of ${count.cells} cells with the protocol, ${falseAnswers} said "none" too early, ${doubles} rented twice; recover left ${orphans} with a machine that nobody owned, and reap found it in ${count.reaped}; ${leftOpen} left open`;
  });
}

const numbers = ({ wrong }: Count): readonly number[] => [wrong.doubles, wrong.orphans, wrong.falseProofs];
const short = (count: Count): string => (count.cells === 0 ? "-" : numbers(count).join("/"));
const brief = (count: Count): string => `${numbers(count).join(" / ")}`;

function besides({ wrong, reaped, cells, struck }: Count): string {
  const found = `${wrong.falseAnswers} false answers, ${wrong.leftOpen} left open, ${wrong.broken} errors without a name`;
  return `${wrong.secondCreates} second creates after an unclear one, ${found}, ${reaped} left to reap; ${cells} cells, struck in ${struck}`;
}

function sentence({ wrong }: Count): string {
  return `${wrong.doubles} doubles, ${wrong.orphans} orphans, ${wrong.falseProofs} false proofs`;
}

function failureLine({ cell, wrong, words }: Failure): string {
  const { cloud, fault, operation, seed } = cell;
  const again = `pnpm chaos --cloud ${cloud} --fault ${fault} --operation ${operation} --seed ${seed}`;
  return `${wrong}: ${words.join("; ")}\n  ${again}`;
}

/** Whether the protocol kept its promises. */
export function isKept(tally: Tally): boolean {
  return tally.failures.length === 0;
}

/** Whether the matrix can tell: without the protocol the same faults must do harm. */
export function canFail(tally: Tally): boolean {
  const { doubles, orphans, falseProofs } = sum(tally, (side) => side === "off").wrong;
  return doubles > 0 && orphans > 0 && falseProofs > 0;
}
