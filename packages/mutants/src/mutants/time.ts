import { byHand, type Mutant, withMaps } from "../mutant.ts";

const topics = ["units, prices and times"];

export const timeMutants: readonly Mutant[] = [
  {
    name: "local-time-as-utc",
    defect: "The cloud's local time is read as UTC, so machines are hours older or younger than they are.",
    topics,
    make: withMaps(() => ({ toDate: (text) => (text ? new Date(`${text.replace(" ", "T")}Z`) : undefined) })),
  },
  {
    name: "created-invented",
    defect: "A machine whose creation the cloud does not tell was created just now.",
    topics,
    make: withMaps(({ toDate }) => ({ toDate: (text) => toDate(text) ?? new Date() })),
  },
  {
    name: "created-now",
    defect: "Every machine was created when it was looked at.",
    topics,
    make: byHand((sound) => ({
      async describe(id, options) {
        const instance = await sound.describe(id, options);
        return { ...instance, createdAt: instance.observedAt };
      },
      async *list(query, options) {
        for await (const instance of sound.list(query, options))
          yield { ...instance, createdAt: instance.observedAt };
      },
    })),
  },
  {
    name: "created-in-1970",
    defect: "Seconds are read as milliseconds, so every machine was created in January 1970.",
    topics,
    make: withMaps(({ toDate }) => ({
      toDate(text) {
        const date = toDate(text);
        return date && new Date(date.getTime() / 1000);
      },
    })),
  },
  {
    name: "created-in-the-future",
    defect: "Milliseconds are read as seconds, so machines were created in ten thousand years.",
    topics,
    make: withMaps(({ toDate }) => ({
      toDate(text) {
        const date = toDate(text);
        return date && new Date(date.getTime() * 100);
      },
    })),
  },
  {
    name: "created-invalid",
    defect: "A moment that cannot be read becomes an invalid date and not nothing.",
    topics,
    make: withMaps(() => ({ toDate: (text) => new Date(`${text} CEST+9`) })),
  },
  {
    name: "observed-once",
    defect: "What is read later is said to have been observed at the first look.",
    topics,
    make: byHand((sound) => {
      let first: Date | undefined;
      return {
        async describe(id, options) {
          const instance = await sound.describe(id, options);
          first ??= instance.observedAt;
          return { ...instance, observedAt: first };
        },
      };
    }),
  },
];
