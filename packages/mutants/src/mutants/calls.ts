import { ComputeError } from "@gpuport/core";
import { byHand, type Mutant, withDriver } from "../mutant.ts";

const topics = ["abort", "deadlines", "options", "launch"];

export const callMutants: readonly Mutant[] = [
  {
    name: "describe-ignores-abort",
    defect: "Reading a machine goes on after its caller has left.",
    topics,
    make: byHand((sound) => ({
      describe: (id, options) => sound.describe(id, { timeoutMs: options?.timeoutMs }),
    })),
  },
  {
    name: "list-ignores-abort",
    defect: "A list goes on after its caller has left.",
    topics,
    make: byHand((sound) => ({
      list: (query, options) => sound.list(query, { timeoutMs: options?.timeoutMs }),
    })),
  },
  {
    name: "terminate-ignores-abort",
    defect: "Ending a machine goes on for minutes after its caller has left.",
    topics,
    make: byHand((sound) => ({
      terminate: (id, options) => sound.terminate(id, { timeoutMs: options?.timeoutMs }),
    })),
  },
  {
    name: "driver-drops-signal",
    defect: "The driver does not hand the signal on, so a request that hangs outlives its call.",
    topics,
    make: withDriver((sound) => ({
      describe: (id, call) => sound.describe(id, { ...call, signal: new AbortController().signal }),
      list: (call) => sound.list({ ...call, signal: new AbortController().signal }),
    })),
  },
  {
    name: "describe-ignores-time-out",
    defect: "Reading a machine ignores the time-out that its caller has set.",
    topics,
    make: byHand((sound) => ({ describe: (id, options) => sound.describe(id, { signal: options?.signal }) })),
  },
  {
    name: "list-ignores-time-out",
    defect: "A list ignores the time-out that its caller has set.",
    topics,
    make: byHand((sound) => ({ list: (query, options) => sound.list(query, { signal: options?.signal }) })),
  },
  {
    name: "body-without-deadline",
    defect: "The deadline covers the head of an answer only, and a body that never ends is read for ever.",
    topics,
    make: byHand((sound, { askHead, toInstance }) => ({
      async describe(id, options) {
        const response = await askHead(`/machines/${encodeURIComponent(id)}`, options?.timeoutMs);
        const text = await response.text();
        // What goes wrong besides is told as the sound adapter tells it.
        return response.ok && text.endsWith("}") ? toInstance(JSON.parse(text)) : sound.describe(id, options);
      },
    })),
  },
  {
    name: "abort-says-unavailable",
    defect: "A call that its caller cancelled is told as a failure of the cloud, and is tried again.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        try {
          return await sound.describe(id, options);
        } catch (error) {
          if (!options?.signal?.aborted) throw error;
          throw new ComputeError({ code: "unavailable", message: "it did not answer" });
        }
      },
    })),
  },
  {
    name: "timer-left-running",
    defect: "A timer is left running after every call, and keeps the process alive.",
    topics,
    make: byHand((sound) => ({
      describe(id, options) {
        setTimeout(() => undefined, 20_000);
        return sound.describe(id, options);
      },
      waitFor(id, status, options) {
        setTimeout(() => undefined, 20_000);
        return sound.waitFor(id, status, options);
      },
    })),
  },
  {
    name: "listener-left-behind",
    defect: "Every call leaves a listener on its caller's signal.",
    topics,
    make: byHand((sound) => ({
      describe(id, options) {
        options?.signal?.addEventListener("abort", () => undefined);
        return sound.describe(id, options);
      },
    })),
  },
  {
    name: "time-out-zero-is-none",
    defect: "A time-out of 0, or one that is no number, is taken for none.",
    topics,
    make: byHand((sound) => ({
      describe: (id, { timeoutMs, signal } = {}) =>
        sound.describe(id, { signal, ...(timeoutMs && timeoutMs > 0 ? { timeoutMs } : {}) }),
    })),
  },
  {
    name: "empty-id-accepted",
    defect: "An empty id is sent, and reaches the collection of all machines.",
    topics: ["errors"],
    make: byHand((sound, { ask }) => ({
      async terminate(id, options) {
        if (id.trim() !== "") return sound.terminate(id, options);
        await ask("DELETE", `/machines/${id}`);
        return { id, evidence: "not_found", observedAt: new Date() };
      },
      async describe(id, options) {
        if (id.trim() !== "") return sound.describe(id, options);
        await ask("GET", `/machines/${id}`);
        throw new ComputeError({ code: "not_found", message: "there is no such machine" });
      },
    })),
  },
  {
    name: "opening-sends",
    defect: "Opening a provider sends a request, before anybody has asked for anything.",
    topics,
    make: byHand((_, { ask }) => {
      ask("GET", "/account").catch(() => undefined);
      return {};
    }),
  },
];
