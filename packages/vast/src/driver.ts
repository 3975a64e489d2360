import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  everyItem,
  type Page,
  type Query,
  refuse,
} from "@gpuport/core";
import type * as z from "zod";
import { toCreateBody } from "./create.ts";
import type { EndpointName } from "./endpoints.ts";
import { failureReader } from "./failure.ts";
import * as groups from "./groups.ts";
import { numeric, toOfferNumber } from "./ids.ts";
import { toInstance } from "./map.ts";
import { readOffers, toOffer, toSearch, toSearchBody } from "./offers.ts";
import type { Filters, LaunchOptions, optionsSchema } from "./options.ts";
import { powerOf } from "./power.ts";
import { resultsOf } from "./results.ts";
import { createdSchema, instancePageSchema, offerPageSchema, offerSchema, singleSchema } from "./wire.ts";

/** @see https://docs.vast.ai/api-reference */
export function createDriver(
  { apiKey, baseUrl, offerFilters }: z.output<typeof optionsSchema>,
  context: DriverContext<EndpointName>,
) {
  const { http, tables, facts } = context;
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  const api = http({ baseUrl, headers, readFailure: failureReader(tables) });
  const result = resultsOf(context, baseUrl);

  async function describe(id: string, call: DriverCall): Promise<DriverInstance> {
    const params = { id: numeric(id) };
    const found = await api.call("instance.get", { params, response: singleSchema, ...call });
    const row: unknown = Array.isArray(found) && found.length === 1 ? found[0] : found;
    if (row === null || isWithoutId(row)) {
      const message = `vast: there is no instance ${id}`;
      throw new ComputeError({ code: "not_found", message, instanceId: id });
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

  /** All that a filter finds. It may be loose: the rows are to be looked at again. */
  async function filtered(filters: Filters, call: DriverCall): Promise<readonly DriverInstance[]> {
    const select_filters = JSON.stringify(filters);
    return everyItem("vast: the filtered list", async (after_token) => {
      // What the cloud counts is the whole account, not what the filter finds.
      const { total: _, ...page } = await readPage({ select_filters, after_token }, call);
      return page;
    });
  }

  return {
    async launch(request, options: LaunchOptions, call) {
      const offerId = request.offerId ?? request.offer?.id ?? refuse("offerId", "give offerId or gpu");
      const { image_login, onstart, env = {} } = options;
      const hidden = [image_login?.reveal() ?? "", onstart ?? "", ...Object.values(env)];
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
      const found = await filtered({ label: { eq: identity } }, call);
      return found.filter((instance) => instance.identity === identity);
    },
    async terminate(id, call) {
      const params = { id: numeric(id) };
      await api.call("instance.destroy", { params, json: {}, idempotent: true, ...call });
    },
    offers: {
      cheapestFirst: true,
      async search(query, call) {
        const search = toSearch(query, offerFilters);
        const request = { json: toSearchBody(search), response: offerPageSchema, reads: true };
        const page = await api.call("offers.search", { ...request, ...call });
        const reading = { schema: offerSchema, priceField: "dph_total", cursor: query.cursor } as const;
        const { rows, next } = readOffers(page.offers, { ...reading, filters: search.filters });
        const items = rows
          .map(({ raw, row }) => toOffer(row, search, raw))
          .sort((a, b) => (a.price?.perHourMicros ?? Infinity) - (b.price?.perHourMicros ?? Infinity));
        return { items, next };
      },
    },
    power: powerOf(api, describe, context),
    logs: groups.logsOf(api, result),
    exec: groups.execOf(api, result),
    sshKeys: groups.sshKeysOf(api),
    naming: groups.namingOf(api, describe),
    bids: groups.bidsOf(api),
    volumes: groups.volumesOf(api),
    snapshots: groups.snapshotsOf(api),
    account: groups.accountOf(api),
    bulk: groups.bulkOf(filtered),
  } satisfies ComputeDriver<LaunchOptions>;
}

/** One form of "there is none": an object, but nothing in it that names an instance. */
function isWithoutId(row: unknown): boolean {
  return typeof row === "object" && row !== null && !Array.isArray(row) && !("id" in row && row.id !== null);
}
