import {
  type ComputeDriver,
  ComputeError,
  type DriverCall,
  type DriverContext,
  type DriverInstance,
  type InstanceStatus,
  isComputeError,
  refuse,
  withRaw,
} from "@gpuport/core";
import { selectionFor, toCreateBody } from "./create.ts";
import { readFailure, toInstance } from "./map.ts";
import { selectionOf, toOffer } from "./offer.ts";
import type { GlowsLaunchOptions, GlowsOptions } from "./options.ts";
import { type EndpointName, limits } from "./tables.ts";
import { doneSchema, instanceAnswerSchema, instancePageSchema, specPageSchema } from "./wire.ts";

/** @see https://sdkdoc.glows.ai */
export function createDriver(
  { token, baseUrl, catalogImage }: GlowsOptions,
  { http, tables, facts }: DriverContext<EndpointName>,
) {
  const api = http({
    baseUrl,
    headers: { authorization: `Bearer ${token.reveal()}` },
    readFailure: (answer) => readFailure(answer, tables),
  });
  const perPage = Math.min(facts.pageSize, limits.perPage);

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
      const selection = selectionFor(request, options);
      const json = toCreateBody(request, options, selection);
      const created = await api.call("instance.create", {
        ...{ json, response: instanceAnswerSchema, rents: true },
        ...call,
      });
      const instance = toInstance(created.instance, tables);
      // A queued machine knows little of itself; what the offer said still stands.
      const hardware = { ...request.offer?.hardware, ...instance.hardware };
      return withRaw("glows", { region: selection.region, ...instance, hardware }, created.instance.raw);
    },
    async describe(id, call) {
      const instance = await read({ request_id: checkedId(id) }, call);
      if (!isSameId(instance.id, id)) throw anotherMachine(call, id);
      return instance;
    },
    async list({ cursor, statuses, ...call }) {
      const page = Number(cursor ?? 1);
      const query = { page, per_page: perPage, ascending: true, statuses: wordsFor(statuses) };
      const answer = await api.call("instance.list", { query, response: instancePageSchema, ...call });
      const items = (answer.instances ?? []).map((row) => toInstance(row, tables));
      return { items, next: nextPage(page, items.length, answer), total: answer.pagination.total };
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
        const page = Number(cursor ?? 1);
        const answer = await api.call("spec.list", {
          query: {
            machine_category: offer?.kind === "cpu" ? 1 : 0,
            from_image_id: image,
            region_name: offer?.region ?? region,
            page,
            per_page: perPage,
          },
          response: specPageSchema,
          ...call,
        });
        const specs = answer.specs ?? [];
        const items = specs.flatMap((spec) => toOffer(spec, offer ?? { gpus: gpu?.count }) ?? []);
        return { items, next: nextPage(page, specs.length, answer) };
      },
    },
  } satisfies ComputeDriver<GlowsLaunchOptions>;

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

interface Paged {
  readonly pagination: { readonly numPages?: number | null | undefined };
}

function nextPage(page: number, rows: number, { pagination }: Paged): string | undefined {
  return rows > 0 && page < (pagination.numPages ?? Number.POSITIVE_INFINITY) ? String(page + 1) : undefined;
}

/** Longer ids are refused with the number that means "no such machine", which would not be true. */
function checkedId(id: string): string {
  return id.length <= limits.id ? id : refuse("id", `glows has no ids of more than ${limits.id} letters`);
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
