import type { Lives } from "./lives.ts";
import { durations } from "./lives.ts";
import { type Machine, machineRow } from "./machine.ts";
import type { Market } from "./market.ts";
import { pageOf } from "./paging.ts";
import { type Fields, missing, Refusal } from "./refusal.ts";
import { runCommand } from "./shell.ts";
import type { Stored } from "./stored.ts";
import type { Time } from "./time.ts";

export interface MachinesMeans {
  readonly time: Time;
  readonly market: Market;
  readonly lives: Lives;
  readonly stored: Stored;
  readonly newId: (prefix: string) => string;
}

/** The machines of the account, and what can be asked of them. */
export function createMachines({ time, market, lives, stored, newId }: MachinesMeans) {
  const machines = new Map<string, Machine>();

  const isForgotten = ({ endedAt }: Machine): boolean =>
    endedAt !== undefined && time.now() >= endedAt + durations.remembered;
  const shown = (): Machine[] =>
    [...machines.values()].filter((machine) => machine.visibleAt <= time.now() && !isForgotten(machine));

  function get(id: string): Machine {
    const machine = machines.get(id);
    if (machine === undefined || isForgotten(machine) || machine.visibleAt > time.now()) {
      throw missing("machine", id);
    }
    return machine;
  }

  function create(body: Fields): unknown {
    const image = body.text("image");
    const snapshot = body.text("snapshot");
    const bidCents = body.number("bid_cents");
    const echo = JSON.stringify(body.all);
    if (snapshot !== undefined) stored.snapshots.get(snapshot);
    else if (image === undefined || !/^[\w./-]+(:[\w.-]+)?$/.test(image)) {
      throw new Refusal(422, "bad_image", `this is not an image; you sent ${echo}`);
    }
    const offer = market.find(body.text("offer") ?? "");
    const diskGb = body.number("disk_gb") ?? 20;
    if (diskGb > offer.maxDiskGb) throw new Refusal(422, "bad_disk", `at most ${offer.maxDiskGb} GB`);
    if (bidCents !== undefined && bidCents < offer.spotCents) {
      throw new Refusal(409, "bid_too_low", `bids begin at ${offer.spotCents}`);
    }
    market.take(offer);
    const machine: Machine = {
      ...{ id: newId("mc"), label: body.text("label") ?? "", image: image ?? snapshot ?? "" },
      ...{ offer, diskGb, bidCents, env: body.record("env"), script: body.text("script") ?? "" },
      ports: body.texts("ports").map((text) => {
        const [port, protocol = "tcp"] = text.split("/");
        return { port: Number(port), protocol };
      }),
      keys: [...stored.keys.all().map(({ public_key }) => public_key), ...body.texts("keys")],
      ...{ createdAt: time.now(), visibleAt: time.now() + durations.visible },
      ...{ state: "queued", startedAt: undefined, endedAt: undefined },
      log: ["booting", "pulling the image", "ready"],
    };
    machines.set(machine.id, machine);
    lives.begin(machine);
    return { machine: { id: machine.id, state: machine.state } };
  }

  function counts(): unknown {
    const states: Record<string, number> = {};
    for (const { state } of shown()) states[state] = (states[state] ?? 0) + 1;
    return { states };
  }

  return {
    create,
    counts,
    all: (): readonly Machine[] => [...machines.values()],
    get,
    show: (id: string): unknown => machineRow(get(id)),
    list(query: Fields): unknown {
      const label = query.text("label");
      const rows = shown().filter((machine) => label === undefined || machine.label === label);
      return pageOf("machines", rows, query, machineRow);
    },
    several(query: Fields): unknown {
      const ids = (query.text("ids") ?? "").split(",");
      return {
        machines: shown()
          .filter(({ id }) => ids.includes(id))
          .map(machineRow),
      };
    },
    end(id: string): unknown {
      // A machine can be ended before it can be seen.
      const machine = machines.get(id);
      if (machine === undefined || isForgotten(machine)) throw missing("machine", id);
      lives.end(machine);
      return { state: machine.state };
    },
    rename(id: string, body: Fields): unknown {
      get(id).label = body.text("label") ?? "";
      return {};
    },
    bid(id: string, body: Fields): unknown {
      const machine = get(id);
      if (machine.bidCents === undefined) throw new Refusal(409, "wrong_state", "it was not bid for");
      machine.bidCents = body.number("bid_cents") ?? machine.bidCents;
      return {};
    },
    addKey(id: string, body: Fields): unknown {
      get(id).keys.push(body.text("public_key") ?? "");
      return {};
    },
    log(id: string, query: Fields): unknown {
      const lines = get(id).log.filter((line) => line.includes(query.text("holding") ?? ""));
      return {
        text: lines
          .slice(-(query.number("lines") ?? lines.length))
          .map((line) => `${line}\n`)
          .join(""),
      };
    },
    run(id: string, body: Fields): unknown {
      const machine = get(id);
      lives.refuseUnless(machine, "up");
      const { exit, out, err } = runCommand(body.text("command") ?? "");
      const encoded = (text: string): string => Buffer.from(text).toString("base64");
      return { exit, out: encoded(out), err: encoded(err), cut: false };
    },
    processes: (): unknown => ({
      processes: shown()
        .filter(({ state }) => state === "up")
        .map(({ id }, index) => ({
          gpu: index,
          pid: 4_000 + index,
          machine_id: id,
          command: "python train.py",
          vram_mb: 1_000,
        })),
    }),
  };
}
export type Machines = ReturnType<typeof createMachines>;
