import { glows } from "@gpuport/glows";
import ky from "ky";
import type { MakeSubject } from "../lib/own-process.ts";
import { repeat } from "../lib/paired.ts";
import { httpClients } from "../peers/http.ts";
import { describeNaively } from "../peers/naive.ts";

/** The subjects' names; every other name is a client of {@link httpClients}. */
export const described = {
  floor: "bare fetch",
  again: "bare fetch, again",
  ky: "ky, its defaults",
  naive: "ky + zod + map + p-retry",
  overFetch: "gpuport describe, over fetch",
  ours: "gpuport describe",
} as const;

export interface DescribeTask {
  readonly calls: number;
  readonly atOnce: number;
}

export interface DescribeAbout {
  readonly serverUrl: string;
}

const headers = { authorization: "Bearer token" };

/** Reads one of a hundred machines in each call. */
export const makeSubject: MakeSubject<DescribeAbout, DescribeTask> = async (subject, { serverUrl }) => {
  const call = await callOf(subject, `${serverUrl}/glows`);
  return ({ calls, atOnce }) => repeat(calls, atOnce, (number) => call(`ins-${number % 100}`));
};

async function callOf(subject: string, baseUrl: string): Promise<(id: string) => Promise<unknown>> {
  const url = (id: string): string => `${baseUrl}/sdk/v1/instance?request_id=${id}`;
  const options = {
    ...{ token: "token", baseUrl },
    // A limit that never holds anybody up, so that the gate is paid for.
    endpoints: { "instance.get": { limit: { calls: 1_000_000, perMs: 1 } } },
  };
  switch (subject) {
    case described.floor:
    case described.again:
      return async (id) => (await fetch(url(id), { headers })).json();
    case described.ky:
      return (id) => ky.get(url(id), { headers }).json();
    case described.naive:
      return (id) => describeNaively(url(id));
    case described.overFetch: {
      const provider = glows({ ...options, fetch: (request, init) => fetch(request, init) });
      return (id) => provider.describe(id);
    }
    case described.ours: {
      const provider = glows(options);
      return (id) => provider.describe(id);
    }
    default: {
      const get = await (await httpClients()).get(subject);
      return (id) => get(url(id));
    }
  }
}
