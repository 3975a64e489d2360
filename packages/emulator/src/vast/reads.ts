import type { Answer, CloudRequest } from "../kit/types.ts";
import { fail, ok } from "./answers.ts";
import { listPage } from "./list.ts";
import { instanceRow } from "./row.ts";
import type { Contract, VastRoute, World } from "./world.ts";

export function readRoutes(world: World): readonly VastRoute[] {
  return [
    {
      key: "instance.list",
      method: "GET",
      pattern: "/api/v1/instances/",
      rows: "instances",
      auth: "required",
      threshold: 1,
      handle: (request) => listPage(world, request),
    },
    {
      key: "instance.listV0",
      method: "GET",
      pattern: "/api/v0/instances/",
      rows: "instances",
      auth: "required",
      handle: (request) => withdrawnList(world, request),
    },
    {
      key: "instance.filters",
      method: "GET",
      pattern: "/api/v0/instances/filters/",
      auth: "required",
      handle: () => filters(world),
    },
    {
      key: "instance.get",
      method: "GET",
      pattern: "/api/v0/instances/:id/",
      auth: "required",
      threshold: 2,
      handle: (request) => readOne(world, request),
    },
  ];
}

function isReadable(world: World, contract: Contract): boolean {
  const now = world.context.clock.now();
  if (now < contract.visibleAt) return false;
  return contract.destroyedAt === undefined || now < contract.readableUntil;
}

function readOne(world: World, { params, flags }: CloudRequest): Answer {
  const id = params["id"] ?? "";
  if (!/^\d+$/.test(id)) return fail(400, "invalid_args", `error 400/3467: Invalid args: bad id ${id}`);
  const contract = world.contracts.get(Number(id));
  if (contract !== undefined && isReadable(world, contract)) {
    return ok({ instances: instanceRow(world, contract, flags, false) });
  }
  switch (String(flags.get("missingAs") ?? world.settings.missingAs)) {
    case "404":
      return fail(404, "no_such_instance", `Instance ${id} not found.`);
    case "empty":
      return ok({ instances: {} });
    default:
      return ok({ instances: null });
  }
}

/** The v0 list is withdrawn, and says so in one of three ways. */
function withdrawnList(world: World, { flags }: CloudRequest): Answer {
  const message = "This endpoint is deprecated. Use /api/v1/instances/ instead.";
  switch (String(flags.get("v0List") ?? world.settings.v0List)) {
    case "200_empty":
      return ok({ instances: [] });
    case "200_error":
      return fail(200, "deprecated_endpoint", message);
    default:
      return fail(410, "deprecated_endpoint", message);
  }
}

/** What the official table view asks before its list: the values each column can be narrowed to. */
function filters(world: World): Answer {
  const contracts = [...world.contracts.values()].filter((contract) => isReadable(world, contract));
  const values = (read: (contract: Contract) => unknown) => [...new Set(contracts.map(read))];
  return ok({
    success: true,
    filters: [
      { name: "label", values: values((contract) => contract.label) },
      { name: "actual_status", values: values((contract) => contract.actual) },
      { name: "gpu_name", values: values((contract) => contract.machine.kind.name) },
    ],
  });
}
