import { ok, type RunpodCall, type RunpodHandler } from "./call.ts";
import { isObject } from "./fields.ts";
import { roomFor } from "./stock.ts";

/** What `myself` has; anything else in a selection is a field that was removed. */
function myself({ ledger, lifecycle, settings }: RunpodCall): Readonly<Record<string, unknown>> {
  return {
    id: `user_${settings.username}`,
    clientBalance: Number(lifecycle.balance().toFixed(6)),
    currentSpendPerHr: Number(ledger.perHour().toFixed(6)),
    spendLimit: settings.spendLimit,
  };
}

function gpuTypes({ settings, store }: RunpodCall): readonly unknown[] {
  return settings.gpuTypes.map((type) => ({
    id: type.id,
    displayName: type.name,
    memoryInGb: type.memory,
    maxGpuCount: Math.max(type.maxCount.secure, type.maxCount.community),
    secureCloud: type.secure,
    communityCloud: type.community,
    securePrice: type.price.secure,
    communityPrice: type.price.community,
    secureSpotPrice: null,
    communitySpotPrice: null,
    lowestPrice: {
      minimumBidPrice: null,
      uninterruptablePrice: type.price.secure,
      stockStatus: roomFor(store, { gpuId: type.id, cloud: "SECURE", count: 1 }).length > 0 ? "Low" : "None",
    },
  }));
}

/**
 * As much of GraphQL as REST lacks: the balance, and the catalogue, which answers without a key. Refusals are answers of
 * status 200 with `errors`, except where a field is unknown. Flags: `graphqlError` (the text), `noGraphqlRight`.
 */
export const answerGraphql: RunpodHandler = (call) => {
  const { request } = call;
  const { flags, json } = request;
  const query = isObject(json) && typeof json["query"] === "string" ? json["query"] : "";
  if (flags.has("graphqlError")) {
    const text = flags.get("graphqlError");
    return failed(200, typeof text === "string" ? text : "Something went wrong.", "INTERNAL_SERVER_ERROR");
  }
  if (/\bmyself\b/.test(query)) {
    if (flags.has("noGraphqlRight")) return failed(200, "Forbidden", "403");
    const known = myself(call);
    const fields = (/\bmyself\s*\{([^{}]*)\}/.exec(query)?.[1] ?? "")
      .split(/[\s,]+/)
      .filter((word) => word !== "");
    const unknown = fields.find((name) => !Object.hasOwn(known, name));
    if (unknown !== undefined || fields.length === 0) {
      return failed(
        400,
        `Cannot query field "${unknown ?? ""}" on type "User".`,
        "GRAPHQL_VALIDATION_FAILED",
      );
    }
    return ok({ data: { myself: Object.fromEntries(fields.map((name) => [name, known[name]])) } });
  }
  if (/\bgpuTypes\b/.test(query)) return ok({ data: { gpuTypes: gpuTypes(call) } });
  return failed(400, "Cannot query that field: it is not emulated.", "GRAPHQL_VALIDATION_FAILED");
};

function failed(status: number, message: string, code: string) {
  return { status, json: { errors: [{ message, path: ["myself"], extensions: { code } }], data: null } };
}
