import {
  type LambdaCall,
  type LambdaHandler,
  type Members,
  readBody,
  readObjects,
  readText,
  requireText,
} from "./call.ts";
import { refuse, refuseParameter, refuseUnknown } from "./refusal.ts";
import type { LambdaRule, LambdaRuleset } from "./state.ts";
import { isoTime, toRegion } from "./view.ts";

const defaultRules: readonly LambdaRule[] = [
  { protocol: "tcp", port_range: [22, 22], source_network: "0.0.0.0/0", description: "Allow SSH" },
  { protocol: "icmp", source_network: "0.0.0.0/0", description: "Allow ICMP" },
];

const protocols: ReadonlySet<string> = new Set(["tcp", "udp", "icmp", "all"]);

const isPort = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;

function readRule(members: Members): LambdaRule {
  const protocol = requireText(members, "protocol");
  if (!protocols.has(protocol)) refuseParameter("protocol is not allowed");
  const range = members["port_range"] ?? undefined;
  const [first, last]: readonly unknown[] = Array.isArray(range) ? range : [];
  if (range !== undefined && !(isPort(first) && isPort(last))) refuseParameter("port_range is not valid");
  const description = readText(members, "description") ?? "";
  if (description.length > 128) refuseParameter("description is longer than 128");
  return {
    protocol,
    ...(isPort(first) && isPort(last) ? { port_range: [first, last] as const } : {}),
    source_network: requireText(members, "source_network"),
    description,
  };
}

const rulesOf = ({ store, account }: LambdaCall) => store.globalRules.get(account.name) ?? defaultRules;

function instancesWith({ store }: LambdaCall, id: string): readonly string[] {
  return store.instances
    .filter(({ rulesets, endedAt }) => endedAt === undefined && rulesets.includes(id))
    .map((instance) => instance.id);
}

function toRow(call: LambdaCall, { id, name, region, rules, createdAt }: LambdaRuleset) {
  const created = isoTime(createdAt);
  return { id, name, region: toRegion(region), rules, created, instance_ids: instancesWith(call, id) };
}

function asked({ store, account, id }: LambdaCall): LambdaRuleset {
  const found = store.rulesets.find((row) => row.id === id && row.owner === account.name);
  return found ?? refuseUnknown(`firewall ruleset ${id}`, 404);
}

const toGlobal = (call: LambdaCall) => ({
  data: { id: "global", name: "Global Firewall Rules", rules: rulesOf(call) },
});

export const listRulesets: LambdaHandler = (call) => ({
  data: call.store.rulesets.filter(({ owner }) => owner === call.account.name).map((row) => toRow(call, row)),
});

export const createRuleset: LambdaHandler = (call) => {
  const { store, account, settings, context } = call;
  const body = readBody(call.json);
  const name = requireText(body, "name");
  const regionName = requireText(body, "region");
  const rules = readObjects(body, "rules").map(readRule);
  const region =
    settings.regions.find((row) => row.name === regionName) ?? refuseUnknown(`region ${regionName}`);
  const id = context.random.hex(32);
  const ruleset = { id, owner: account.name, name, region, rules, createdAt: context.clock.now() };
  store.rulesets.push(ruleset);
  return { data: toRow(call, ruleset) };
};

export const getRuleset: LambdaHandler = (call) => ({ data: toRow(call, asked(call)) });

export const patchRuleset: LambdaHandler = (call) => {
  const ruleset = asked(call);
  const body = readBody(call.json);
  ruleset.name = readText(body, "name") ?? ruleset.name;
  if (Array.isArray(body["rules"])) ruleset.rules = readObjects(body, "rules").map(readRule);
  return { data: toRow(call, ruleset) };
};

export const deleteRuleset: LambdaHandler = (call) => {
  const ruleset = asked(call);
  if (instancesWith(call, ruleset.id).length > 0) {
    refuse("firewall-rulesets/firewall-ruleset-in-use", `Firewall ruleset ${ruleset.name} is in use.`);
  }
  call.store.rulesets.splice(call.store.rulesets.indexOf(ruleset), 1);
  return { data: {} };
};

export const getGlobalRules: LambdaHandler = (call) => toGlobal(call);

export const patchGlobalRules: LambdaHandler = (call) => {
  call.store.globalRules.set(call.account.name, readObjects(readBody(call.json), "rules").map(readRule));
  return toGlobal(call);
};

export const listLegacyRules: LambdaHandler = (call) => ({ data: rulesOf(call) });

/** Replaces every inbound rule of the account. */
export const replaceLegacyRules: LambdaHandler = (call) => {
  const rules = readObjects(readBody(call.json), "data").map(readRule);
  call.store.globalRules.set(call.account.name, rules);
  return { data: rules };
};
