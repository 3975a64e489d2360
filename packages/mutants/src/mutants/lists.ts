import { ComputeError, type ComputeProvider, type Instance, isComputeError } from "@gpuport/core";
import { byHand, type Mutant, withDriver } from "../mutant.ts";
import { textOf, type Wire, type WireAnswer } from "../wire.ts";

const topics = ["list", "paging", "breakdowns", "unknown words and odd rows", "concurrency"];

/** So many that nobody waits for the last. */
const mostPages = 300;

interface HandMade {
  readonly firstPageOnly?: boolean | undefined;
  /** Takes whatever comes for an answer. */
  readonly lenient?: boolean | undefined;
  readonly onFailure?: ((error: unknown) => "end" | "throw") | undefined;
}

/** A list whose pages are read by hand. What `onFailure` gives back ends it; without it, the failure is thrown. */
function handMade(
  { ask, must, rows, toInstance }: Wire,
  { firstPageOnly = false, lenient = false, onFailure }: HandMade = {},
): ComputeProvider["list"] {
  return async function* list(query = {}, options) {
    let cursor = "";
    let pages = 0;
    do {
      pages += 1;
      const path = `/machines${cursor === "" ? "" : `?cursor=${cursor}`}`;
      let answer: WireAnswer;
      try {
        answer = await (lenient ? ask : must)("GET", path, { signal: options?.signal });
      } catch (error) {
        if (onFailure?.(error) === "end") return;
        throw error;
      }
      if (!lenient && !Array.isArray(Object(answer.body)["machines"])) throw badShape();
      yield* wanted(rows(answer, "machines").map(toInstance), query.statuses);
      cursor = firstPageOnly ? "" : textOf(answer.body, "next");
    } while (cursor !== "" && pages < mostPages);
  };
}

function badShape(): ComputeError {
  return new ComputeError({ code: "bad_response", message: "list: an answer without machines" });
}

function wanted(instances: readonly Instance[], statuses: readonly string[] | undefined): Instance[] {
  return instances.filter(({ status }) => statuses?.includes(status) ?? status !== "terminated");
}

export const listMutants: readonly Mutant[] = [
  {
    name: "list-empty-on-error",
    defect: "A list that fails is an empty list.",
    topics: ["breakdowns"],
    make: byHand((sound) => ({
      async *list(query, options) {
        try {
          yield* sound.list(query, options);
        } catch {
          return;
        }
      },
    })),
  },
  {
    name: "list-empty-on-refusal",
    defect: "A refused credential reads as an account without machines.",
    topics,
    make: byHand((_, wire) => ({
      list: handMade(wire, {
        onFailure: (error) => (isComputeError(error, "unauthenticated") ? "end" : "throw"),
      }),
    })),
  },
  {
    name: "list-first-page",
    defect: "Only the first page of the list is read.",
    topics: ["paging"],
    make: byHand((_, wire) => ({ list: handMade(wire, { firstPageOnly: true }) })),
  },
  {
    name: "list-first-page-by-driver",
    defect: "The driver keeps the cursor of the next page, and the count of all rows, to itself.",
    topics: ["paging", "unknown words and odd rows"],
    make: withDriver((sound) => ({
      list: async (call) => ({ items: (await sound.list(call)).items }),
    })),
  },
  {
    name: "list-part-for-whole",
    defect: "A list that breaks off on a later page ends there, as if it were complete.",
    topics: ["paging"],
    make: byHand((_, wire) => ({
      list(query, options) {
        let pages = 0;
        const counted: Wire = {
          ...wire,
          rows(...of) {
            pages += 1;
            return wire.rows(...of);
          },
        };
        return handMade(counted, { onFailure: () => (pages > 0 ? "end" : "throw") })(query, options);
      },
    })),
  },
  {
    name: "list-keeps-cursor",
    defect: "The cursor of one walk is kept, and the next walk begins where the last one was.",
    topics: ["paging"],
    make: withDriver((sound) => {
      let last: string | undefined;
      return {
        async list({ cursor = last, ...call }) {
          const page = await sound.list({ cursor, ...call });
          last = page.next ?? last;
          return { items: page.items, next: page.next };
        },
      };
    }),
  },
  {
    name: "list-same-cursor",
    defect: "Every page after the first is asked for with the first cursor, hundreds of times.",
    topics: ["paging"],
    make: byHand((_, { must, rows, toInstance }) => ({
      async *list(query = {}) {
        let path = "/machines";
        for (let page = 0; page < mostPages; page += 1) {
          const answer = await must("GET", path);
          yield* wanted(rows(answer, "machines").map(toInstance), query.statuses);
          const next = textOf(answer.body, "next");
          if (next === "") return;
          if (path === "/machines") path = `/machines?cursor=${next}`;
        }
      },
    })),
  },
  {
    name: "list-twice",
    defect: "Machines that stand on two pages are told twice.",
    topics,
    make: byHand((sound) => ({
      async *list(query, options) {
        let count = 0;
        for await (const instance of sound.list(query, options)) {
          yield instance;
          count += 1;
          if (count % 3 === 1) yield instance;
        }
      },
    })),
  },
  {
    name: "list-running-only",
    defect: "The list holds running machines only; stopped ones, and those that come up, bill unseen.",
    topics: ["list", "power", "unknown words and odd rows"],
    make: byHand((sound) => ({
      async *list(query, options) {
        for await (const instance of sound.list(query, options))
          if (instance.status === "running") yield instance;
      },
    })),
  },
  {
    name: "list-shows-ended",
    defect: "Machines that have ended are listed among those that live.",
    topics,
    make: byHand((_, { must, rows, toInstance }) => ({
      async *list() {
        let cursor = "";
        let pages = 0;
        do {
          pages += 1;
          const answer = await must("GET", `/machines?cursor=${cursor}`);
          yield* rows(answer, "machines").map(toInstance);
          cursor = textOf(answer.body, "next");
        } while (cursor !== "" && pages < mostPages);
      },
    })),
  },
  {
    name: "list-drops-rows",
    defect: "Rows that cannot be read are left out of the list without a word.",
    topics: ["unknown words and odd rows"],
    make: byHand((_, { must, rows, toInstance }) => ({
      async *list(query = {}) {
        let cursor = "";
        let pages = 0;
        do {
          pages += 1;
          const answer = await must("GET", `/machines?cursor=${cursor}`);
          const read = rows(answer, "machines").flatMap((row) => {
            try {
              return [toInstance(row)];
            } catch {
              return [];
            }
          });
          yield* wanted(read, query.statuses);
          cursor = textOf(answer.body, "next");
        } while (cursor !== "" && pages < mostPages);
      },
    })),
  },
  {
    name: "list-any-shape",
    defect: "An answer without machines in it, a maintenance page or `{}`, is an empty list.",
    topics: ["breakdowns", "paging"],
    make: byHand((_, wire) => ({ list: handMade(wire, { lenient: true }) })),
  },
  {
    name: "list-from-memory",
    defect: "The list is read once and then told from memory.",
    topics: ["list", "concurrency"],
    make: byHand((sound) => {
      let known: Instance[] | undefined;
      return {
        async *list(query, options) {
          if (known === undefined) {
            known = [];
            for await (const instance of sound.list({}, options)) known.push(instance);
          }
          yield* wanted(known, query?.statuses);
        },
      };
    }),
  },
  {
    name: "list-ignores-statuses",
    defect: "A list of some statuses holds machines of others.",
    topics,
    make: byHand((sound) => ({ list: (query, options) => sound.list({ name: query?.name }, options) })),
  },
  {
    name: "list-ignores-name",
    defect: "A list of one name holds machines of others.",
    topics,
    make: byHand((sound) => ({
      list: (query, options) => sound.list({ statuses: query?.statuses }, options),
    })),
  },
  {
    name: "list-forgets-first",
    defect: "The first row of every page is left out.",
    topics: ["paging"],
    make: withDriver((sound) => ({
      async list(call) {
        const page = await sound.list(call);
        return { items: call.cursor === undefined ? page.items : page.items.slice(1), next: page.next };
      },
    })),
  },
];
