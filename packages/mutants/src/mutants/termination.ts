import { ComputeError, isComputeError, type Termination } from "@gpuport/core";
import { byHand, type Mutant } from "../mutant.ts";
import type { Wire } from "../wire.ts";

const topics = ["evidence of termination", "terminate", "concurrency", "list"];

function proof(id: string, { clock }: Wire, evidence: Termination["evidence"] = "not_found"): Termination {
  return { id, evidence, observedAt: new Date(clock.now()) };
}

function unconfirmed(id: string): ComputeError {
  return new ComputeError({
    code: "termination_unconfirmed",
    message: `${id} may still bill`,
    instanceId: id,
  });
}

/** One request to end. That there is no such machine is no failure; every other one is told. */
async function askToEnd(wire: Wire, id: string): Promise<void> {
  try {
    await wire.must("DELETE", `/machines/${encodeURIComponent(id)}`);
  } catch (error) {
    if (isComputeError(error, "not_found")) return;
    throw isComputeError(error, "unauthenticated", "permission_denied") ? error : unconfirmed(id);
  }
}

export const terminationMutants: readonly Mutant[] = [
  {
    name: "destroy-swallows",
    defect: "Whatever goes wrong while a machine is ended is swallowed, and it counts as gone.",
    topics,
    make: byHand((sound, wire) => ({
      terminate: (id, options) => sound.terminate(id, options).catch(() => proof(id, wire)),
    })),
  },
  {
    name: "destroy-believes-yes",
    defect: "An accepted request to end is taken for the end.",
    topics,
    make: byHand((_, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        return proof(id, wire);
      },
    })),
  },
  {
    name: "destroy-any-answer-is-gone",
    defect: "Any failing read after the request to end is taken for the machine's absence.",
    topics,
    make: byHand((_, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        for (let look = 0; look < 30; look += 1) {
          const answer = await wire.ask("GET", `/machines/${id}`);
          if (!answer.ok) return proof(id, wire);
          if (wire.toInstance(answer.body).status === "terminated") return proof(id, wire, "terminal_status");
          await wire.clock.sleep(3_000);
        }
        throw unconfirmed(id);
      },
    })),
  },
  {
    name: "destroy-404-is-gone",
    defect: "Any 404 while a machine is ended, a wrong key's too, is taken for its absence.",
    topics,
    make: byHand((sound, wire) => ({
      async terminate(id, options) {
        const answer = await wire.ask("DELETE", `/machines/${id}`);
        return answer.status === 404 ? proof(id, wire) : sound.terminate(id, options);
      },
    })),
  },
  {
    name: "destroy-one-empty-list",
    defect: "A list that fails or is empty proves that a machine is gone.",
    topics,
    make: byHand((_, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        for (let look = 0; look < 30; look += 1) {
          const answer = await wire.ask("GET", "/machines");
          const left = wire.rows(answer, "machines").map(wire.toInstance);
          if (!left.some((instance) => instance.id === id && instance.status !== "terminated")) {
            return proof(id, wire, "absent_from_list");
          }
          await wire.clock.sleep(3_000);
        }
        throw unconfirmed(id);
      },
    })),
  },
  {
    name: "destroy-first-page-proves",
    defect: "A machine that is not on the first page of the list is taken for gone.",
    topics,
    make: byHand((_, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        for (let look = 0; look < 30; look += 1) {
          const answer = await wire.must("GET", "/machines");
          const page = wire.rows(answer, "machines").map(wire.toInstance);
          if (page.every((instance) => instance.id !== id)) {
            return proof(id, wire, "absent_from_list");
          }
          await wire.clock.sleep(3_000);
        }
        throw unconfirmed(id);
      },
    })),
  },
  {
    name: "destroy-one-look",
    defect: "One look that misses the machine proves its end, although the cloud's reads lag behind.",
    topics,
    make: byHand((sound, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        for (let look = 0; look < 30; look += 1) {
          try {
            const { status } = await sound.describe(id);
            if (status === "terminated") return proof(id, wire, "terminal_status");
          } catch (error) {
            if (isComputeError(error, "not_found")) return proof(id, wire);
          }
          await wire.clock.sleep(3_000);
        }
        throw unconfirmed(id);
      },
    })),
  },
  {
    name: "destroy-only-stops",
    defect: "A machine is only stopped, its disk bills on, and it counts as ended.",
    topics,
    make: byHand((_, wire) => ({
      async terminate(id) {
        await wire.must("POST", `/machines/${id}/halt`).catch(() => wire.must("DELETE", `/machines/${id}`));
        return proof(id, wire, "terminal_status");
      },
    })),
  },
  {
    name: "destroy-twice-fails",
    defect: "Ending a machine that has ended already is an error.",
    topics,
    make: byHand((sound) => {
      const ended = new Set<string>();
      return {
        async terminate(id, options) {
          if (ended.has(id))
            throw new ComputeError({ code: "not_found", message: `there is no machine ${id}` });
          const termination = await sound.terminate(id, options);
          ended.add(id);
          return termination;
        },
      };
    }),
  },
  {
    name: "destroy-gives-up-at-once",
    defect: "A machine that is not gone at the first look is given up.",
    topics,
    make: byHand((sound, wire) => ({
      async terminate(id) {
        await askToEnd(wire, id);
        const { status } = await sound.describe(id).catch(() => ({ status: "terminated" }));
        if (status === "terminated") return proof(id, wire);
        throw unconfirmed(id);
      },
    })),
  },
  {
    name: "destroy-without-evidence",
    defect: "The end of a machine is told without evidence.",
    topics,
    make: byHand((sound) => ({
      async terminate(id, options) {
        await sound.terminate(id, options);
        return undefined as never; // as in JavaScript
      },
    })),
  },
  {
    name: "destroy-another",
    defect: "The evidence names another machine than the one that was to end.",
    topics,
    make: byHand((sound) => ({
      terminate: async (id, options) => ({ ...(await sound.terminate(id, options)), id: `${id}-ended` }),
    })),
  },
  {
    name: "destroy-too-many",
    defect: "Ending one machine ends all machines of the account that have its name.",
    topics,
    make: byHand((sound) => ({
      async terminate(id, options) {
        const { name } = await sound.describe(id).catch(() => ({ name: "" }));
        for await (const other of sound.list()) {
          if (other.id !== id && other.name === name) await sound.terminate(other.id);
        }
        return sound.terminate(id, options);
      },
    })),
  },
  {
    name: "destroy-unreachable-is-gone",
    defect: "A cloud that cannot be reached is taken for proof that the machine is gone.",
    topics,
    make: byHand((sound, wire) => ({
      terminate: (id, options) =>
        sound.terminate(id, options).catch((error: unknown) => {
          if (isComputeError(error, "unauthenticated", "permission_denied")) throw error;
          return proof(id, wire);
        }),
    })),
  },
  {
    name: "destroy-refused-key-is-plain",
    defect: "A refused key while a machine is ended is told as an absent machine.",
    topics,
    make: byHand((sound) => ({
      terminate: (id, options) =>
        sound.terminate(id, options).catch((error: unknown) => {
          throw isComputeError(error, "unauthenticated") ? error.with({ code: "not_found" }) : error;
        }),
    })),
  },
];
