import { installPeers, type Peers } from "../lib/peers.ts";

/** The HTTP clients that people pick. */
const versions = { undici: "^8.0.0", axios: "^1.7.0", got: "^15.0.0" };

type Get = (url: string) => Promise<unknown>;

interface Undici {
  readonly request: (url: string, init: object) => Promise<{ body: { text: () => Promise<string> } }>;
  readonly setGlobalDispatcher?: unknown;
}
interface Axios {
  readonly default: { readonly get: (url: string, init: object) => Promise<{ data: unknown }> };
}
interface Got {
  readonly default: (url: string, init: object) => { json: () => Promise<unknown> };
}

export interface HttpClients {
  readonly get: Readonly<Record<string, Get>>;
  readonly notes: readonly string[];
}

const headers = { authorization: "Bearer token" };

/** Each client with its defaults, and connections that are kept. */
export async function httpClients(): Promise<HttpClients> {
  const peers = await installPeers(versions);
  if ("missing" in peers) return { get: {}, notes: [peers.missing] };
  const { request } = await peers.load<Undici>("undici");
  const { default: axios } = await peers.load<Axios>("axios");
  const { default: got } = await peers.load<Got>("got");
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true });
  return {
    get: {
      [named(peers, "undici")]: async (url) =>
        JSON.parse(await (await request(url, { headers })).body.text()),
      [named(peers, "axios")]: async (url) => (await axios.get(url, { headers, httpAgent: agent })).data,
      [named(peers, "got")]: (url) => got(url, { headers, agent: { http: agent } }).json(),
    },
    notes: [],
  };
}

const named = (peers: Peers, name: string): string => `${name} ${peers.versionOf(name)}`;
