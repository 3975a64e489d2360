import { faultMistake } from "./fault-check.ts";
import type { Fault } from "./faults.ts";
import type { RequestRecord } from "./log.ts";
import type { Answer, BillRow, CloudName, EventArgument, MachineRecord } from "./types.ts";

/** What the control API can do; the same as the library's interface. */
export interface Controlled {
  readonly bill: () => readonly BillRow[];
  readonly machines: () => readonly MachineRecord[];
  readonly requests: () => readonly RequestRecord[];
  readonly now: () => number;
  readonly advance: (ms: number) => void;
  readonly addFault: (fault: Fault) => void;
  readonly clearFaults: () => Promise<void>;
  readonly faults: () => readonly Fault[];
  readonly event: (cloud: CloudName, name: string, argument: EventArgument) => void;
  readonly state: () => unknown;
  readonly reset: () => Promise<void>;
}

/** Answers `<method> /_emulator/<path>`. */
export function createControl(emulator: Controlled) {
  return async (method: string, path: string, body: unknown): Promise<Answer> => {
    switch (`${method} ${path.replace(/\/$/, "")}`) {
      case "GET bill":
        return json({ bill: emulator.bill() });
      case "GET machines":
        return json({ machines: emulator.machines() });
      case "GET requests":
        return json({ requests: emulator.requests() });
      case "GET state":
        return json(emulator.state());
      case "GET clock":
        return json({ now: emulator.now() });
      case "POST clock":
        return advance(emulator, body);
      case "GET faults":
        return json({ faults: emulator.faults() });
      case "POST faults":
        return addFaults(emulator, body);
      case "DELETE faults":
        await emulator.clearFaults();
        return json({ faults: [] });
      case "POST events":
        return happen(emulator, body);
      case "POST reset":
        await emulator.reset();
        return json({ reset: true });
      default:
        return refuse(404, `no such control call: ${method} /_emulator/${path}`);
    }
  };
}

function advance(emulator: Controlled, body: unknown): Answer {
  const ms = member(body, "advanceMs");
  if (typeof ms !== "number" || !(ms >= 0)) return refuse(400, "advanceMs must be a number, 0 or more");
  emulator.advance(ms);
  return json({ now: emulator.now() });
}

function addFaults(emulator: Controlled, body: unknown): Answer {
  const faults: readonly unknown[] = Array.isArray(body) ? body : [body];
  for (const fault of faults) {
    const mistake = faultMistake(fault);
    if (mistake !== undefined) return refuse(400, mistake);
  }
  // Checked above; the type is a union too wide to narrow member by member.
  for (const fault of faults) emulator.addFault(fault as Fault);
  return json({ faults: emulator.faults() });
}

function happen(emulator: Controlled, body: unknown): Answer {
  const cloud = member(body, "cloud");
  const name = member(body, "event");
  if (typeof cloud !== "string" || typeof name !== "string")
    return refuse(400, "cloud and event must be strings");
  const { cloud: _cloud, event: _event, ...argument } = body as Record<string, string | number | boolean>;
  try {
    emulator.event(cloud as CloudName, name, argument);
  } catch (error) {
    if (error instanceof RangeError) return refuse(400, error.message);
    throw error;
  }
  return json({ happened: name });
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function json(value: unknown): Answer {
  return { status: 200, json: value };
}

function refuse(status: number, message: string): Answer {
  return { status, json: { error: message } };
}
