import type { Fault } from "./faults.ts";

const kinds = {
  refuse: true,
  reset: true,
  hang: true,
  delay: true,
  slow_body: true,
  endless_body: true,
  truncate: true,
  html: true,
  malformed: true,
  answer: true,
  rate_limit: true,
  rows: true,
  patch: true,
  content_type: true,
  drop_connection: true,
  flag: true,
} as const satisfies Record<Fault["fault"], true>;

const clouds = ["*", "vast", "glows", "pody", "hpc-ai", "runpod", "lambda"];

type Unchecked = Readonly<
  Partial<
    Record<
      | "fault"
      | "cloud"
      | "times"
      | "skip"
      | "chance"
      | "ms"
      | "lateMs"
      | "forMs"
      | "status"
      | "flag"
      | "set"
      | "work",
      unknown
    >
  >
>;

/** Says what is wrong with a fault that came from outside; undefined when it can be armed. */
export function faultMistake(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "a fault is an object";
  const fault: Unchecked = value;
  const kind = fault.fault;
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind)) {
    return `fault must be one of ${Object.keys(kinds).join(", ")}`;
  }
  if (typeof fault.cloud !== "string" || !clouds.includes(fault.cloud)) {
    return `cloud must be one of ${clouds.join(", ")}`;
  }
  for (const name of ["times", "skip", "chance", "ms", "lateMs", "forMs"] as const) {
    const number = fault[name];
    if (number !== undefined && (typeof number !== "number" || !(number >= 0))) {
      return `${name} must be a number, 0 or more`;
    }
  }
  if ((kind === "delay" || kind === "slow_body") && fault.ms === undefined) return `${kind} needs ms`;
  if (kind === "answer" && typeof fault.status !== "number") return "answer needs a status";
  if (kind === "flag" && typeof fault.flag !== "string") return "flag needs the name of a flag";
  if (kind === "patch" && (typeof fault.set !== "object" || fault.set === null)) return "patch needs set";
  const { work } = fault;
  if (work !== undefined && work !== "none" && work !== "done" && work !== "late") {
    return "work must be none, done or late";
  }
  return undefined;
}
