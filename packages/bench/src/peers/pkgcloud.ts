import { installPeers } from "../lib/peers.ts";

interface Pkgcloud {
  readonly default: {
    readonly compute: {
      readonly createClient: (options: object) => {
        readonly getServers: (done: (error: Error | null, servers: readonly unknown[]) => void) => void;
      };
    };
  };
}

const versions = { pkgcloud: "^2.2.0" };

export async function pkgcloudName(): Promise<{
  readonly names: readonly string[];
  readonly notes: readonly string[];
}> {
  const peers = await installPeers(versions);
  if ("missing" in peers) return { names: [], notes: [peers.missing] };
  return { names: [`pkgcloud ${peers.versionOf("pkgcloud")}`], notes: [] };
}

/** Lists the servers of the stub's OpenStack. */
export async function pkgcloudLister(serverUrl: string): Promise<() => Promise<number>> {
  const peers = await installPeers(versions);
  if ("missing" in peers) throw new Error(peers.missing);
  const { default: pkgcloud } = await peers.load<Pkgcloud>("pkgcloud");
  const client = pkgcloud.compute.createClient({
    ...{ provider: "openstack", authUrl: `${serverUrl}/keystone`, region: "one" },
    ...{ username: "alice", password: "secret" },
  });
  return () =>
    new Promise((resolve, reject) => {
      client.getServers((error, servers) => (error ? reject(error) : resolve(servers.length)));
    });
}
