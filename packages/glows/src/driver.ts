import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  type InstanceStatus,
  isComputeError,
  type Query,
  refuse,
  withRaw,
} from "@gpuport/core";
import { checkedId } from "./check.ts";
import { selectionFor, toCreateBody } from "./create.ts";
import { failureReader } from "./failure.ts";
import { imagesOf, networksOf, snapshotsOf, statsOf } from "./groups.ts";
import { toInstance } from "./map.ts";
import { type Selection, selectionOf, toOffer } from "./offer.ts";
import type { GlowsLaunchOptions, GlowsOptions } from "./options.ts";
import { nextOf, placeOf } from "./paging.ts";
import { type EndpointName, limits, machineCategories, snapshotStatuses, stuckAfterLooks } from "./tables.ts";
import {
  doneSchema,
  instanceAnswerSchema,
  instancePageSchema,
  regionPageSchema,
  specPageSchema,
} from "./wire.ts";

/** @see https://sdkdoc.glows.ai */
export function createDriver(
  { token, baseUrl, catalogImage, groupByRegion, networkDomains, ...own }: GlowsOptions,
  { http, tables, facts }: DriverContext<EndpointName>,
) {
  const api = http({
    baseUrl,
    headers: { authorization: `Bearer ${token.reveal()}` },
    readFailure: failureReader(tables),
  });
  const perPage = Math.min(facts.pageSize, limits.perPage);
  const means = { api, perPage };

  async function read(
    by: { readonly request_id: string } | { readonly meta_key: string },
    call: DriverCall,
  ): Promise<DriverInstance> {
    const { instance } = await api.call("instance.get", {
      query: by,
      response: instanceAnswerSchema,
      ...call,
    });
    return toInstance(instance, tables);
  }

  return {
    async launch(request, options, call) {
      const { offer } = request;
      const selection = selectionFor(request, options);
      const json = toCreateBody(request, options, selection);
      const created = await api.call("instance.create", {
        ...{ json, response: instanceAnswerSchema, rents: true },
        ...call,
      });
      const instance = toInstance(created.instance, tables);
      // A queued machine knows little of itself; what the offer said still stands.
      const known = { region: selection.region, price: offer?.price };
      const hardware = { ...offer?.hardware, ...instance.hardware };
      return withRaw("glows", { ...known, ...instance, hardware }, created.instance.raw);
    },
    // Number 6 is said of an unknown machine, of somebody else's, and of a parameter that was not understood.
    confirmsAbsence: "by_list",
    stuckAfterLooks,
    sameId: isSameId,
    async describe(id, call) {
      const instance = await read({ request_id: checkedId(id) }, call);
      if (!isSameId(instance.id, id)) throw anotherMachine(call, id);
      return instance;
    },
    async list({ cursor, statuses, ...call }) {
      const place = placeOf(cursor);
      const query = { page: place.page, per_page: perPage, ascending: true, statuses: wordsFor(statuses) };
      const { rows, pagination } = await api.call("instance.list", {
        ...{ query, response: instancePageSchema },
        ...call,
      });
      const items = rows.map((row) => toInstance(row, tables));
      return { items, ...nextOf(place, rows.length, pagination) };
    },
    async terminate(id, call) {
      const query = { request_id: checkedId(id) };
      const inBody = tables.endpoints["instance.cancel"].method === "POST";
      await api.call("instance.cancel", {
        ...(inBody ? { json: query } : { query }),
        ...{ idempotent: true, response: doneSchema },
        ...call,
      });
    },
    async find(identity, call) {
      try {
        const instance = await read({ meta_key: identity }, call);
        if (instance.identity !== identity) throw anotherMachine(call, identity);
        return [instance];
      } catch (error) {
        if (isComputeError(error, "not_found")) return [];
        throw error;
      }
    },
    offers: {
      cheapestFirst: false,
      async search({ cursor, offerId, gpu, region, image = catalogImage }, call) {
        if (image === undefined) {
          return refuse(
            "image",
            "glows lists only what can run an image: name one, or set the option catalogImage",
          );
        }
        const offer = offerId === undefined ? undefined : selectionOf(offerId);
        if (offerId !== undefined && offer === undefined) {
          return refuse("offerId", "is not the id of a Glows offer");
        }
        const place = placeOf(cursor);
        const kinds = kindsFor(gpu === undefined ? offer?.kind : "gpu");
        const query = {
          machine_category: machineCategories[kinds[place.list] ?? "gpu"],
          from_image_id: image,
          region_name: offer?.region ?? region,
          ...{ page: place.page, per_page: perPage, by_region: groupByRegion || undefined },
        };
        const read = groupByRegion ? regionsOf : specsOf;
        const { specs, rows, pagination } = await read({ query, ...call });
        const items = specs.flatMap((spec) => toOffer(spec, offer ?? { gpus: gpu?.count }) ?? []);
        // Rows that cannot be had in the wanted size are left out, so the cloud's count does not hold for the items.
        return { items, next: nextOf(place, rows, pagination, kinds.length).next };
      },
    },
    images: imagesOf(means),
    snapshots: snapshotsOf(means, { ...snapshotStatuses, ...own.snapshotStatuses }),
    networks: networksOf(means, networkDomains),
    stats: statsOf(means, tables),
  } satisfies ComputeDriver<GlowsLaunchOptions>;

  async function specsOf(request: DriverCall & { readonly query: Query }) {
    const { rows, pagination } = await api.call("spec.list", { response: specPageSchema, ...request });
    return { specs: rows, rows: rows.length, pagination };
  }

  async function regionsOf(request: DriverCall & { readonly query: Query }) {
    const { rows, pagination } = await api.call("spec.list", { response: regionPageSchema, ...request });
    return { specs: rows.flatMap(({ read }) => read.specs), rows: rows.length, pagination };
  }

  /**
   * The cloud's words for the wanted statuses. A word that nobody knows cannot be asked for, so who wants `unknown`, or
   * everything, reads everything: a machine must not be missing because its status is new.
   */
  function wordsFor(statuses: readonly InstanceStatus[] | undefined): readonly string[] {
    if (statuses === undefined || statuses.includes("unknown")) return [];
    const wanted = (status: InstanceStatus) => statuses.includes(status);
    return Object.entries(tables.statuses).flatMap(([word, { status }]) => (wanted(status) ? [word] : []));
  }
}

/** The catalogue has machines with and without GPU in two lists. */
function kindsFor(kind: Selection["kind"] | undefined): readonly Selection["kind"][] {
  return kind === undefined ? ["gpu", "cpu"] : [kind];
}

/** Ids of before the prefixes are accepted, and may be answered in either form. */
function isSameId(one: string, other: string): boolean {
  const bare = (id: string) => id.replace(/^ins-/, "");
  return bare(one) === bare(other);
}

/** An answer about a machine that was not asked for says nothing about the one that was. */
function anotherMachine({ operation }: DriverCall, asked: string): ComputeError {
  return new ComputeError({
    code: "bad_response",
    message: `${operation}: asked for ${asked}, and was answered another machine`,
  });
}
