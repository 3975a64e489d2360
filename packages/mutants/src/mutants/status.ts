import { lookup, type StatusRow } from "@gpuport/core";
import { soundPieces } from "../adapter/tundra.ts";
import { byHand, type Make, type Mutant, withDriver, withMaps, withPieces } from "../mutant.ts";

const topics = [
  "unknown words and odd rows",
  "facts",
  "units, prices and times",
  "launch",
  "power",
  "terminate",
  "list",
];

/** An unknown word read as something that is known. */
const unknownAs = ({ status, billing = "compute" }: StatusRow): Make =>
  withMaps(({ toStatus }) => ({
    toStatus: (machine, tables) =>
      lookup(tables.statuses, machine.state) === undefined
        ? { status, reason: undefined, billing }
        : toStatus(machine, tables),
  }));

/** One known word read as something else. */
function wordAs(word: string, row: StatusRow): Make {
  const { tables } = soundPieces;
  return withPieces({ tables: { ...tables, statuses: { ...tables.statuses, [word]: row } } });
}

export const statusMutants: readonly Mutant[] = [
  {
    name: "unknown-word-throws",
    defect: "A status word that nobody knows throws, so one such machine hides all others.",
    topics,
    make: withMaps(({ toStatus }) => ({
      toStatus(machine, tables) {
        if (lookup(tables.statuses, machine.state) === undefined)
          throw new TypeError(`status ${machine.state}`);
        return toStatus(machine, tables);
      },
    })),
  },
  {
    name: "unknown-word-running",
    defect: "A status word that nobody knows becomes running.",
    topics,
    make: unknownAs({ status: "running" }),
  },
  {
    name: "unknown-word-stopped",
    defect: "A status word that nobody knows becomes stopped.",
    topics,
    make: unknownAs({ status: "stopped", billing: "storage" }),
  },
  {
    name: "unknown-word-terminated",
    defect: "A status word that nobody knows becomes terminated, and the machine bills unseen.",
    topics,
    make: unknownAs({ status: "terminated", billing: "none" }),
  },
  {
    name: "unknown-word-failed",
    defect: "A status word that nobody knows becomes failed, and a machine that works is given up.",
    topics,
    make: unknownAs({ status: "failed" }),
  },
  {
    name: "unknown-word-pending",
    defect: "A status word that nobody knows becomes pending.",
    topics,
    make: unknownAs({ status: "pending" }),
  },
  {
    name: "unknown-word-bills-nothing",
    defect: "A machine with a status word that nobody knows is said to cost nothing.",
    topics,
    make: unknownAs({ status: "unknown", billing: "none" }),
  },
  {
    name: "unknown-word-lost",
    defect:
      "The cloud's own status word is replaced by the library's, so nobody can read what the cloud said.",
    topics,
    make: withMaps(({ toInstance }) => ({
      toInstance(machine, tables, maps) {
        const instance = toInstance(machine, tables, maps);
        return { ...instance, providerStatus: instance.status };
      },
    })),
  },
  {
    name: "unknown-word-skipped",
    defect: "Machines with a status word that nobody knows are left out of the list.",
    topics,
    make: withDriver((sound) => ({
      async list(call) {
        const page = await sound.list(call);
        return { next: page.next, items: page.items.filter(({ status }) => status !== "unknown") };
      },
    })),
  },
  {
    name: "provisioning-is-running",
    defect: "A machine that still pulls its image is said to run.",
    topics: ["unknown words and odd rows", "launch"],
    make: wordAs("pulling", { status: "running", billing: "compute" }),
  },
  {
    name: "stopped-is-running",
    defect: "A stopped machine is said to run.",
    topics: ["power", "facts"],
    make: wordAs("halted", { status: "running", billing: "compute" }),
  },
  {
    name: "stopped-is-terminated",
    defect: "A stopped machine, whose disk bills, is said to be gone.",
    topics: ["power", "facts"],
    make: wordAs("halted", { status: "terminated", billing: "none" }),
  },
  {
    name: "stopped-bills-nothing",
    defect: "A stopped machine is said to cost nothing although its disk bills.",
    topics,
    make: wordAs("halted", { status: "stopped", billing: "none" }),
  },
  {
    name: "terminating-is-terminated",
    defect: "A machine that is only asked to end is taken for gone.",
    topics: ["terminate", "evidence of termination", "unknown words and odd rows"],
    make: wordAs("ending", { status: "terminated", billing: "none" }),
  },
  {
    name: "status-by-prefix",
    defect: "A status word is read by its beginning, so a new word means what an old one did.",
    topics,
    make: withMaps(({ toStatus }) => ({
      toStatus(machine, tables) {
        const word = Object.keys(tables.statuses).find((known) =>
          machine.state.startsWith(known.slice(0, 2)),
        );
        return toStatus({ ...machine, state: word ?? "up" }, tables);
      },
    })),
  },
  {
    name: "describe-remembers",
    defect: "A machine is read once and then described from memory.",
    topics: ["units, prices and times"],
    make: byHand((sound) => {
      const known = new Map<string, ReturnType<typeof sound.describe>>();
      return {
        describe(id, options) {
          const first = known.get(id) ?? sound.describe(id, options);
          known.set(id, first);
          return first;
        },
      };
    }),
  },
  {
    name: "running-without-asking",
    defect: "What was launched is said to run without having asked.",
    topics: ["launch"],
    make: withDriver((sound) => ({
      launch: async (...asked) => ({
        ...(await sound.launch(...asked)),
        status: "running",
        providerStatus: "up",
      }),
    })),
  },
];
