import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { vast } from "@gpuport/vast";
import type { MakeSubject } from "../lib/own-process.ts";
import { listNaively } from "../peers/naive.ts";
import { nova } from "../peers/nova.ts";
import { pkgcloudLister } from "../peers/pkgcloud.ts";

/** How one cloud's list is asked for, and what is read of its pages. */
export interface Shape {
  readonly path: string;
  readonly rows: string;
  readonly pageSize: number;
  /** Of each answer, at the server. */
  readonly latencyMs: number;
}

export const shapes = {
  glows: { path: "/glows/sdk/v1/instance/list", rows: "instances", pageSize: 20, latencyMs: 0 },
  late: { path: "/glows/sdk/v1/instance/list", rows: "instances", pageSize: 20, latencyMs: 20 },
  vast: { path: "/vast/api/v1/instances/", rows: "instances", pageSize: 10_000, latencyMs: 0 },
  hpcAi: { path: "/hpc-ai/instance/list", rows: "instances", pageSize: 50, latencyMs: 0 },
  nova: { path: "/nova/servers/detail", rows: "servers", pageSize: 10_000, latencyMs: 0 },
} as const satisfies Readonly<Record<string, Shape>>;
export type ShapeName = keyof typeof shapes;

export const rowsOfAccount = 10_000;

export const listed = {
  floor: "fetch + JSON.parse, page by page",
  again: "fetch + JSON.parse, again",
  ahead: "fetch + JSON.parse, 8 pages at once",
  naive: "ky + zod + map + p-retry",
  collected: "gpuport list, collected",
  iterated: "gpuport list, iterated",
} as const;

export interface ListAbout {
  readonly serverUrl: string;
  readonly shape: ShapeName;
}

/** Lists the whole account once a round. */
export const makeSubject: MakeSubject<ListAbout, null> = async (subject, { serverUrl, shape }) => {
  const lister = await listerOf(subject, serverUrl, shape);
  return async () => {
    const rows = await lister();
    if (rows !== rowsOfAccount) throw new Error(`${subject} listed ${rows} machines`);
  };
};

async function listerOf(subject: string, serverUrl: string, name: ShapeName): Promise<() => Promise<number>> {
  const shape: Shape = shapes[name];
  const late = shape.latencyMs > 0 ? `/late-${shape.latencyMs}` : "";
  const provider = providerOf(name, serverUrl + late);
  switch (subject) {
    case listed.floor:
    case listed.again:
      return () => byHand(serverUrl + late, shape, 1);
    case listed.ahead:
      return () => byHand(serverUrl + late, shape, 8);
    case listed.naive:
      return async () => (await listNaively((page) => pageUrl(serverUrl + late, shape, page))).length;
    case listed.collected:
      return async () => {
        const instances: unknown[] = [];
        for await (const instance of provider.list()) instances.push(instance);
        return instances.length;
      };
    case listed.iterated:
      return async () => {
        let rows = 0;
        for await (const _ of provider.list()) rows += 1;
        return rows;
      };
    default:
      return pkgcloudLister(serverUrl);
  }
}

function providerOf(shape: ShapeName, base: string) {
  const many = { maxResponseBytes: 2 ** 27 };
  switch (shape) {
    case "glows":
    case "late":
      return glows({ token: "token", baseUrl: `${base}/glows` });
    case "vast": {
      const endpoints = { "instance.list": { limit: null } };
      return vast({
        apiKey: "key",
        baseUrl: `${base}/vast`,
        endpoints,
        facts: { pageSize: rowsOfAccount },
        ...many,
      });
    }
    case "hpcAi":
      return hpcAi({ apiKey: "key", baseUrl: `${base}/hpc-ai` });
    case "nova":
      return nova({ token: "token", baseUrl: `${base}/nova`, ...many });
  }
}

function pageUrl(base: string, { path, pageSize }: Shape, page: number): string {
  return `${base}${path}?page=${page}&per_page=${pageSize}&ascending=true&limit=${pageSize}`;
}

/** What one writes by hand: nothing is checked, and nothing is mapped. */
async function byHand(base: string, shape: Shape, atOnce: number): Promise<number> {
  const found: unknown[][] = [];
  const pages = Math.ceil(rowsOfAccount / shape.pageSize);
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= pages) {
      const page = next;
      next += 1;
      const pager = { currentPage: page, pageSize: shape.pageSize };
      const post = { method: "POST", body: JSON.stringify({ pager }) };
      const answer = await fetch(pageUrl(base, shape, page), shape === shapes.hpcAi ? post : {});
      const body = JSON.parse(await answer.text()) as Record<string, unknown[]>;
      found.push(body[shape.rows] ?? []);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return found.flat().length;
}
