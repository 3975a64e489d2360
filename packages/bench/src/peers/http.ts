import { Agent } from "node:http";
import { installPeers } from "../lib/peers.ts";

/** The HTTP clients that people pick. */
const versions = { undici: "^8.0.0", axios: "^1.7.0", got: "^15.0.0" };

type Get = (url: string) => Promise<unknown>;

interface Undici {
  readonly request: (url: string, init: object) => Promise<{ body: { text: () => Promise<string> } }>;
}
interface Axios {
  readonly default: { readonly get: (url: string, init: object) => Promise<{ data: unknown }> };
}
interface Got {
  readonly default: (url: string, init: object) => { json: () => Promise<unknown> };
}

export interface HttpClients {
  /** By name and version. */
  readonly names: readonly string[];
  readonly get: (name: string) => Promise<Get>;
  readonly notes: readonly string[];
}

const headers = { authorization: "Bearer token" };

/** Each client with its defaults, and connections that are kept. */
export async function httpClients(): Promise<HttpClients> {
  const peers = await installPeers(versions);
  if ("missing" in peers) {
    return { names: [], get: () => Promise.reject(new Error(peers.missing)), notes: [peers.missing] };
  }
  const agent = new Agent({ keepAlive: true });
  const makers: Readonly<Record<string, () => Promise<Get>>> = {
    [`undici ${peers.versionOf("undici")}`]: async () => {
      const { request } = await peers.load<Undici>("undici");
      return async (url) => JSON.parse(await (await request(url, { headers })).body.text());
    },
    [`axios ${peers.versionOf("axios")}`]: async () => {
      const { default: axios } = await peers.load<Axios>("axios");
      return async (url) => (await axios.get(url, { headers, httpAgent: agent })).data;
    },
    [`got ${peers.versionOf("got")}`]: async () => {
      const { default: got } = await peers.load<Got>("got");
      return (url) => got(url, { headers, agent: { http: agent } }).json();
    },
  };
  return {
    names: Object.keys(makers),
    notes: [],
    async get(name) {
      const make = makers[name];
      if (make === undefined) throw new Error(`there is no client ${name}`);
      return make();
    },
  };
}
