import { ComputeError, isComputeError } from "@gpuport/core";
import { byHand, type Mutant } from "../mutant.ts";

const topics = [
  "deadlines",
  "abort",
  "breakdowns",
  "launch",
  "terminate",
  "facts",
  "unknown words and odd rows",
];

export const waitMutants: readonly Mutant[] = [
  {
    name: "wait-endless",
    defect: "A wait has no deadline: a machine that never comes up is waited for for ever.",
    topics: ["deadlines"],
    make: byHand((sound, { clock }) => ({
      async waitFor(id, status, options) {
        for (;;) {
          const instance = await sound.describe(id);
          if (instance.status === status) return instance;
          if (options?.signal?.aborted) throw new ComputeError({ code: "cancelled", message: "cancelled" });
          await clock.sleep(2_000, options?.signal);
        }
      },
    })),
  },
  {
    name: "wait-without-asking",
    defect: "A wait returns what was wished for without having asked.",
    topics: ["unknown words and odd rows", "launch"],
    make: byHand((sound) => ({
      waitFor: async (id, status) => ({ ...(await sound.describe(id)), status }),
    })),
  },
  {
    name: "wait-for-any-change",
    defect: "A wait returns at the first change, whatever it is.",
    topics: ["launch", "unknown words and odd rows", "power"],
    make: byHand((sound, { clock }) => ({
      async waitFor(id, _status, options) {
        const before = await sound.describe(id, options);
        for (let look = 0; look < 5; look += 1) {
          const now = await sound.describe(id, options);
          if (now.providerStatus !== before.providerStatus) return now;
          await clock.sleep(2_000, options?.signal);
        }
        return before;
      },
    })),
  },
  {
    name: "wait-gives-up-on-one-failure",
    defect: "One look that fails for a moment ends the wait.",
    topics: ["deadlines"],
    make: byHand((sound, { ask, toInstance, clock }) => ({
      async waitFor(id, status, options) {
        const until = clock.now() + (options?.timeoutMs ?? 1_800_000);
        while (clock.now() < until) {
          const answer = await ask("GET", `/machines/${id}`, { signal: options?.signal });
          if (answer.status === 404) return sound.waitFor(id, status, options);
          if (!answer.ok)
            throw new ComputeError({ code: "unavailable", message: `it answered ${answer.status}` });
          const instance = toInstance(answer.body);
          if (instance.status === status) return instance;
          if (options?.signal?.aborted) throw new ComputeError({ code: "cancelled", message: "cancelled" });
          await clock.sleep(2_000, options?.signal);
        }
        throw new ComputeError({ code: "timeout", message: `${id} is not ${status}`, instanceId: id });
      },
    })),
  },
  {
    name: "wait-ignores-abort",
    defect: "A wait goes on after its caller has left.",
    topics: ["abort"],
    make: byHand((sound) => ({
      waitFor: (id, status, { signal: _, ...options } = {}) => sound.waitFor(id, status, options),
    })),
  },
  {
    name: "wait-ignores-time-out",
    defect: "A wait ignores the time-out that its caller has set.",
    topics,
    make: byHand((sound) => ({
      waitFor: (id, status, { timeoutMs: _, ...options } = {}) => sound.waitFor(id, status, options),
    })),
  },
  {
    name: "wait-too-late-is-fine",
    defect: "A wait whose time is over returns the machine as if it had arrived.",
    topics,
    make: byHand((sound) => ({
      waitFor: (id, status, options) =>
        sound.waitFor(id, status, options).catch((error: unknown) => {
          if (isComputeError(error, "timeout")) return sound.describe(id);
          throw error;
        }),
    })),
  },
  {
    name: "wait-without-pause",
    defect: "A wait asks again at once, thousands of times, until the cloud shuts it out.",
    topics,
    make: byHand((sound, { clock }) => ({
      async waitFor(id, status, options) {
        const until = clock.now() + (options?.timeoutMs ?? 1_800_000);
        for (;;) {
          const instance = await sound.describe(id, { signal: options?.signal });
          if (instance.status === status) return instance;
          if (clock.now() >= until)
            throw new ComputeError({ code: "timeout", message: "too late", instanceId: id });
          await clock.sleep(5, options?.signal);
        }
      },
    })),
  },
  {
    name: "wait-absent-is-an-error",
    defect: "Waiting for a machine's end fails when the machine is gone, which is what was waited for.",
    topics: ["deadlines"],
    make: byHand((sound, { clock }) => ({
      async waitFor(id, status, options) {
        if (status !== "terminated") return sound.waitFor(id, status, options);
        const until = clock.now() + (options?.timeoutMs ?? 1_800_000);
        while (clock.now() < until) {
          const instance = await sound.describe(id, { signal: options?.signal });
          if (instance.status === "terminated" && clock.now() > until) return instance;
          await clock.sleep(5_000, options?.signal);
        }
        throw new ComputeError({ code: "timeout", message: `${id} is not ${status}`, instanceId: id });
      },
    })),
  },
  {
    name: "wait-goes-on-behind",
    defect: "A wait that was cancelled goes on asking behind its caller's back.",
    topics: ["abort"],
    make: byHand((sound, { clock }) => ({
      waitFor(id, status, options) {
        const behind = async (): Promise<void> => {
          for (let look = 0; look < 40; look += 1) {
            await sound.describe(id).catch(() => undefined);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        };
        options?.signal?.addEventListener("abort", () => void behind());
        return sound.waitFor(id, status, options).finally(() => clock.now());
      },
    })),
  },
];
