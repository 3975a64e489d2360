import { type GlowsCall, type GlowsHandler, idLimits, knownRegion, ownInstance } from "./call.ts";
import { toSeconds } from "./catalogue.ts";
import { cut, lenientPage } from "./paging.ts";
import { refuse } from "./refusal.ts";
import { type GlowsEndpoint, type GlowsNetwork, sameId } from "./state.ts";

export const createNetwork: GlowsHandler = (call) => {
  const { parameters, store, account, settings } = call;
  const name = parameters.requiredText("name", { max: 32 });
  const regionName = parameters.requiredText("region_name", { max: 128 });
  const type = parameters.integer("network_type", { min: 0, max: 7 }) ?? 0;
  if (type !== 0) refuse("illegalParameter", "only mesh networks can be created");
  const region = knownRegion(call, regionName);
  const own = store.networks.filter((network) => network.owner === account.user && network.type === 0);
  if (own.some((network) => network.name === name))
    refuse("networkNameRepeated", "network name already exists");
  if (own.length >= settings.maxNetworks) refuse("networkLimit", "network count limit");
  const id = store.newId("net");
  store.networks.push({ id, owner: account.user, name, region, type, createdAt: store.now() });
  return { network_id: id };
};

export const listNetworks: GlowsHandler = ({ parameters, store, account }) => {
  const page = lenientPage(parameters);
  const type = parameters.integer("network_type", { min: 0, max: 7 }) ?? 0;
  const domain = parameters.integer("domain", { min: 0 }) ?? 0;
  const own = store.networks.filter(
    (network) => network.owner === account.user && network.type === type && network.region.domain === domain,
  );
  const { rows, pagination } = cut(own, page);
  return {
    pagination,
    networks: rows.map(({ id, name, createdAt, region }) => ({
      netID: id,
      name,
      createTime: { seconds: toSeconds(createdAt) },
      create_time: toSeconds(createdAt),
      clusterType: "Overlay",
      domain: region.domain,
    })),
  };
};

function ownNetwork({ parameters, store, account }: GlowsCall): GlowsNetwork {
  const id = parameters.requiredText("network_id", idLimits);
  const network = store.networks.find((row) => sameId(row.id, id) && row.owner === account.user);
  return network ?? refuse("illegalParameter", "illegal network");
}

export const attachNetwork: GlowsHandler = (call) => {
  const { parameters, store, settings, flags } = call;
  const network = ownNetwork(call);
  const asked = parameters.list("instance_ids");
  if (asked.length < 1 || asked.length > 10) refuse("illegalParameter", "1 to 10 instance_ids");
  // Repeated ids are dropped before the quota is looked at.
  const ids = [...new Set(asked)].map((id) =>
    typeof id === "string" && id.length <= 64 ? id : refuse("illegalParameter", "instance_ids"),
  );
  const instances = ids.map((id) => ownInstance(call, { id }));
  if (instances.some(({ status }) => status !== "Running"))
    refuse("illegalStatus", "instance is not running");
  const present = store.endpoints.filter(({ networkId }) => networkId === network.id);
  if (instances.some(({ id }) => present.some(({ instanceId }) => instanceId === id))) {
    refuse("endpointExists", "endpoint already exists");
  }
  if (present.length + instances.length > settings.maxEndpointsPerNetwork) {
    refuse("endpointLimit", "network endpoint limit");
  }
  const endpoints = instances.map(
    (instance, index): GlowsEndpoint => ({
      id: store.newId("ept"),
      networkId: network.id,
      instanceId: instance.id,
      cidr: `10.64.0.${2 + present.length + index}/24`,
      mac: store.newMac(),
      createdAt: store.now(),
    }),
  );
  store.endpoints.push(...endpoints);
  const shown = flags.has("fewerEndpoints") ? endpoints.slice(0, 1) : endpoints;
  return { network_id: network.id, endpoint_ids: shown.map(({ id }) => id) };
};

export const listEndpoints: GlowsHandler = (call) => {
  const network = ownNetwork(call);
  const page = lenientPage(call.parameters);
  const { rows, pagination } = cut(
    call.store.endpoints.filter(({ networkId }) => networkId === network.id),
    page,
  );
  return {
    pagination,
    endpoints: rows.map(({ id, networkId, instanceId, cidr, mac, createdAt }) => ({
      endpoint_id: id,
      network_id: networkId,
      instance_id: instanceId,
      status: 2,
      cidr,
      mac,
      create_time: toSeconds(createdAt),
    })),
  };
};
