import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  deadlineAfter,
  isComputeError,
  type Page,
  type Query,
  refuse,
} from "@gpuport/core";
import type * as z from "zod";
import { toCreateBody } from "./create.ts";
import { readFailureWith } from "./failure.ts";
import { toInstance } from "./map.ts";
import { passes, readOffer, toOffer, toOfferNumber, toSearch, toSearchBody } from "./offers.ts";
import type { LaunchOptions, optionsSchema } from "./options.ts";
import { type EndpointName, offersPerPage } from "./tables.ts";
import { createdSchema, instancePageSchema, offerPageSchema, singleSchema } from "./wire.ts";

/** How often a cancelled start is read back before it counts as unsure. The endpoint's limit keeps the reads apart. */
const readBacks = 5;

/** @see https://docs.vast.ai/api-reference */
export function createDriver(
  { apiKey, baseUrl, offerFilters }: z.output<typeof optionsSchema>,
  { http, tables, facts, clock }: DriverContext<EndpointName>,
) {
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  const api = http({ baseUrl, headers, readFailure: readFailureWith(tables) });

  async function describe(id: string, call: DriverCall): Promise<DriverInstance> {
    const params = { id: numeric(id) };
    const found = await api.call("instance.get", { params, response: singleSchema, ...call });
    const row: unknown = Array.isArray(found) && found.length === 1 ? found[0] : found;
    if (row === null || (isObject(row) && (row["id"] ?? null) === null)) {
      throw new ComputeError({
        code: "not_found",
        message: `vast: there is no instance ${id}`,
        instanceId: id,
      });
    }
    const instance = toInstance(row, tables);
    if (instance.id === id) return instance;
    const message = `vast: asked for instance ${id}, it answered with ${instance.id}`;
    throw new ComputeError({ code: "bad_response", message });
  }

  async function readPage(query: Query, call: DriverCall): Promise<Page<DriverInstance>> {
    const order_by = JSON.stringify([{ col: "id", dir: "asc" }]);
    const page = await api.call("instance.list", {
      query: { limit: facts.pageSize, order_by, ...query },
      response: instancePageSchema,
      ...call,
    });
    return {
      items: (page.instances ?? []).map((row) => toInstance(row, tables)),
      next: page.next_token || undefined,
      total: page.total_instances ?? undefined,
    };
  }

  async function setState(id: string, state: "running" | "stopped", call: DriverCall): Promise<void> {
    const params = { id: numeric(id) };
    await api.call("instance.setState", { params, json: { state }, idempotent: true, ...call });
  }

  /**
   * A start that finds no GPU is queued, and would run and bill whenever one frees. It is called off, even for a caller
   * who has left, and read back: the start may have won the race.
   */
  async function callOff(id: string, operation: string): Promise<"stopped" | "running" | "unsure"> {
    const deadline = deadlineAfter(clock, 2 * facts.requestTimeoutMs);
    const call: DriverCall = { operation, signal: new AbortController().signal, deadline };
    await setState(id, "stopped", call);
    for (let reads = 0; reads < readBacks; reads += 1) {
      const { providerStatus } = await describe(id, call);
      const [actual = "", intended, current] = providerStatus.toLowerCase().split("/");
      if (intended === "running" && current === "running") return "running";
      const down = ["exited", "stopped", "created", "null"].includes(actual);
      if (intended === "stopped" && current === "stopped" && down) return "stopped";
    }
    return "unsure";
  }

  function stillQueued(id: string, queued: ComputeError, cause: unknown): ComputeError {
    const message = `${queued.message}; the start is queued and may still happen: stop ${id}`;
    return queued.with({ message, effect: "maybe", instanceId: id, cause });
  }

  return {
    async launch(request, options: LaunchOptions, call) {
      const offerId = request.offerId ?? request.offer?.id ?? refuse("offerId", "give offerId or gpu");
      const { image_login, onstart, env = {} } = options;
      const hidden = [image_login?.reveal(), onstart, ...Object.values(env)].filter(
        (text) => text !== undefined,
      );
      const created = await api.call("instance.create", {
        params: { offerId: String(toOfferNumber(offerId)) },
        json: toCreateBody(request, options),
        response: createdSchema,
        rents: true,
        ...call,
        secrets: [...(call.secrets ?? []), ...hidden],
      });
      return { id: created.new_contract, identity: request.identity };
    },
    describe,
    list: ({ cursor, statuses: _, ...call }) => readPage({ after_token: cursor }, call),
    async find(identity, call) {
      const select_filters = JSON.stringify({ label: { eq: identity } });
      const found: DriverInstance[] = [];
      const cursors = new Set<string | undefined>();
      for (let after_token: string | undefined; !cursors.has(after_token); ) {
        cursors.add(after_token);
        const page = await readPage({ select_filters, after_token }, call);
        found.push(...page.items.filter((instance) => instance.identity === identity));
        if (page.next === undefined) return found;
        after_token = page.next;
      }
      throw new ComputeError({ code: "bad_response", message: "vast: the pages of its list go in a circle" });
    },
    async terminate(id, call) {
      const params = { id: numeric(id) };
      await api.call("instance.destroy", { params, json: {}, idempotent: true, ...call });
    },
    power: {
      stop: (id, call) => setState(id, "stopped", call),
      async start(id, call) {
        try {
          await setState(id, "running", call);
        } catch (error) {
          if (!isComputeError(error, "no_capacity")) throw error;
          const outcome = await callOff(id, call.operation).catch((cause: unknown) => {
            throw stillQueued(id, error, cause);
          });
          if (outcome === "unsure") throw stillQueued(id, error, error);
          if (outcome === "stopped") throw error;
        }
      },
      async restart(id, call) {
        const params = { id: numeric(id) };
        await api.call("instance.reboot", { params, json: {}, ...call });
      },
    },
    offers: {
      cheapestFirst: true,
      async search({ cursor, ...query }, call) {
        const search = toSearch({ ...query, cursor }, offerFilters);
        const page = await api.call("offers.search", {
          json: toSearchBody(search),
          response: offerPageSchema,
          reads: true,
          ...call,
        });
        const rows = page.offers.map((raw) => ({ raw, offer: readOffer(raw) }));
        const items = rows
          .filter(({ raw, offer }) => passes(raw, offer, search))
          .map(({ raw, offer }) => toOffer(offer, search, raw))
          .sort((a, b) => (a.price?.perHourMicros ?? Infinity) - (b.price?.perHourMicros ?? Infinity));
        // There are no pages: a full answer is followed by the offers from its highest price on. More offers than
        // one answer holds, all at one price, cannot be told apart that way, and end the walk.
        const highest = Math.max(...rows.map(({ offer }) => offer.dph_total ?? 0));
        const further = rows.length >= offersPerPage && highest > Number(cursor ?? 0);
        return { items, next: further ? String(highest) : undefined };
      },
    },
  } satisfies ComputeDriver<LaunchOptions>;
}

/** Instances are numbered; anything else in the path would be another route. */
function numeric(id: string): string {
  return /^\d+$/.test(id) ? id : refuse("id", "instances of vast are numbered");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
