import type { Answer, CloudRequest } from "../kit/types.ts";
import { fail, type Members, ok } from "./answers.ts";
import { onContract } from "./changes.ts";
import type { Contract, VastRoute, World } from "./world.ts";

/** Commands the platform runs inside an instance; everything else is refused. */
const allowed = new Set(["ls", "rm", "du"]);
const longestCommand = 512;

/** Logs, commands and snapshots: what is asked for now and found elsewhere later. */
export function resultRoutes(world: World): readonly VastRoute[] {
  const base = { auth: "required" } as const;
  return [
    {
      ...base,
      key: "instance.logs",
      method: "PUT",
      pattern: "/api/v0/instances/request_logs/:id/",
      handle: (request) => onContract(world, request, (contract, body) => logs(world, contract, body)),
    },
    {
      ...base,
      key: "instance.exec",
      method: "PUT",
      pattern: "/api/v0/instances/command/:id/",
      threshold: 1.5,
      handle: (request) => onContract(world, request, (contract, body) => command(world, contract, body)),
    },
    {
      ...base,
      key: "instance.snapshot",
      method: "POST",
      pattern: "/api/v0/instances/take_snapshot/:id/",
      handle: (request) => onContract(world, request, snapshot),
    },
    {
      key: "result",
      method: "GET",
      pattern: "/storage/:name",
      auth: "none",
      handle: (request) => result(world, request),
    },
  ];
}

/** Puts a text where it can be fetched a while later, and says where. */
function publish(world: World, text: string): string {
  const path = `/storage/${world.context.random.hex(32)}.log`;
  world.results.set(path, { text, readyAt: world.context.clock.now() + world.settings.resultMs });
  return `${world.context.origin()}${path}?X-Amz-Signature=${world.context.random.hex(16)}`;
}

function logs(world: World, contract: Contract, body: Members): Answer {
  const tail = body["tail"];
  const filter = body["filter"];
  if (tail !== undefined && tail !== null && typeof tail !== "string") {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: tail must be a string");
  }
  const daemon = body["daemon_logs"] === "true";
  const lines = (daemon ? contract.log.map((line) => `[daemon] ${line}`) : containerLog(contract)).filter(
    (line) => typeof filter !== "string" || line.includes(filter),
  );
  const wanted =
    typeof tail === "string" && /^\d+$/.test(tail) ? lines.slice(-Number(tail) || lines.length) : lines;
  const text = wanted.map((line) => `${line}\n`).join("");
  return ok({ success: true, result_url: publish(world, text), msg: "Fetching logs." });
}

function containerLog(contract: Contract): readonly string[] {
  return [`image ${contract.image}`, ...contract.log];
}

function command(world: World, contract: Contract, body: Members): Answer {
  const line = body["command"];
  if (typeof line !== "string" || line.length > longestCommand) {
    return fail(
      400,
      "invalid_args",
      `error 400/3467: Invalid args: command must be at most ${longestCommand} characters`,
    );
  }
  const [word = ""] = line.trim().split(/\s+/);
  if (!allowed.has(word))
    return fail(400, "invalid_args", "error 400/3467: Invalid args: command is not allowed");
  const output = { ls: "onstart.sh\nworkspace\n", du: "4.0K\t./workspace\n4.0K\t.\n" }[word] ?? "";
  return ok({
    success: true,
    writeable_path: `/var/lib/docker/overlay2/${contract.id}/merged/`,
    result_url: publish(world, output),
    msg: "Command sent.",
  });
}

function snapshot(contract: Contract, body: Members): Answer {
  if (body["id"] !== undefined) return fail(400, "invalid_args", "error 400/3467: Invalid args: id");
  for (const name of ["container_registry", "personal_repo", "docker_login_user", "docker_login_pass"]) {
    if (typeof body[name] !== "string" || body[name] === "") {
      return fail(400, "invalid_args", `error 400/3467: Invalid args: ${name} is required`);
    }
  }
  if (contract.actual !== "running" && contract.actual !== "exited") {
    return fail(400, "invalid_args", "error 400/3467: Invalid args: the instance has no container");
  }
  contract.log.push("snapshot requested");
  return ok({ success: true, msg: "Snapshot started; it will be pushed to the registry." });
}

/** Object storage: nothing there at first, and a stray API key next to the signature is refused. */
function result(world: World, { path, headers }: CloudRequest): Answer {
  if (headers["authorization"] !== undefined) {
    return xml(400, "InvalidArgument", "Only one auth mechanism allowed");
  }
  const found = world.results.get(path);
  if (found === undefined || world.context.clock.now() < found.readyAt) {
    return xml(404, "NoSuchKey", "The specified key does not exist.");
  }
  return { status: 200, headers: { "content-type": "binary/octet-stream" }, text: found.text };
}

function xml(status: number, code: string, message: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, text };
}
