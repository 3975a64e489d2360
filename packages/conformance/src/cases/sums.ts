import { type Case, topic } from "../case.ts";
import { claim, collect, same, settled } from "../claims.ts";
import { jsonIn } from "../exchange.ts";
import { changed } from "../faults.ts";
import { notApplicable, unverified } from "../outcome.ts";
import { eachRow, isRow } from "../rows.ts";

const offers = topic("offers", { tiers: ["offline"] });
const snapshots = topic("snapshots", { tiers: ["offline"] });
const networks = topic("networks", { tiers: ["offline"] });
const stats = topic("stats", { tiers: ["offline"] });

const newWord = "quantum_flux";

/** The same JSON, with one word replaced by one that nobody knows. */
function withNewWord(value: unknown, word: string): unknown {
  if (Array.isArray(value)) return value.map((member) => withNewWord(member, word));
  if (!isRow(value)) return value === word ? newWord : value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNewWord(member, word)]));
}

/** Whether things add up: what is told against what the cloud counts, or against what was done. */
export const sums: readonly Case[] = [
  offers.having(
    "offers",
    "a search without a wish reads as many rows as the cloud counts",
    async (group, { tap }) => {
      const { result, exchanges } = await tap.during(() => settled(() => collect(group.search({}))));
      if (result.error !== undefined) notApplicable("it searches for something only");
      let counted: number | undefined;
      let read = 0;
      for (const { answer } of exchanges) {
        const body = jsonIn(answer?.text ?? "");
        eachRow(body, (row) => {
          for (const [member, value] of Object.entries(row)) {
            const isTotal = /^total(_?(count|rows|items|offers))?$/i.test(member);
            if (isTotal && typeof value === "number") counted = value;
            if (Array.isArray(value) && value.every(isRow)) read += value.length;
          }
        });
      }
      if (counted === undefined) notApplicable("its cloud does not count offers");
      claim(read >= counted, `the cloud counts ${counted} offers, and the search read ${read}`);
    },
  ),
  snapshots.having(
    "snapshots.list",
    "a snapshot in a state that nobody knows is not said to be ready",
    async (group, context) => {
      const { rentRunning, samples, tap, pass } = context;
      const { id } = await rentRunning();
      const own = samples.snapshotOptions && { providerOptions: samples.snapshotOptions };
      const { value, error } = await settled(async () =>
        context.provider.snapshots?.create(id, { name: "probe", ...own }),
      );
      const [made] = value ?? [];
      if (made === undefined) unverified(`no snapshot could be made: ${error?.message ?? "none came back"}`);
      await pass(60_000);
      const listed = (await collect(group.list())).find((snapshot) => snapshot.id === made.id);
      const word = listed?.providerStatus;
      if (word === undefined) notApplicable("its snapshots do not tell their cloud's word");
      tap.inject({ fault: changed("an unknown word", (body) => withNewWord(body, word)), hits: () => true });
      const again = (await collect(group.list())).find((snapshot) => snapshot.id === made.id);
      tap.clear();
      if (again?.providerStatus !== newWord) notApplicable("its snapshots tell their state in another way");
      same(again.status, "unknown", "the status of a snapshot for a word that nobody knows");
    },
  ),
  networks.having(
    "networks",
    "all machines that are joined to a network are in it",
    async (group, context) => {
      const { rentRunning, samples } = context;
      const region = samples.networkRegion ?? unverified("the bench names no region for a network");
      const ids = [(await rentRunning()).id, (await rentRunning()).id];
      const network = await group.create({ name: "probe", region });
      await group.attach(network.id, ids);
      const joined = (await collect(group.endpoints(network.id))).map(({ instanceId }) => instanceId);
      for (const id of ids)
        claim(joined.includes(id), `${ids.length} machines were joined, and ${id} is not there`);
    },
  ),
  stats.having(
    "stats.counts",
    "counts add up to what is listed",
    async (group, { provider, rentRunning }) => {
      for (let count = 0; count < 2; count += 1) await rentRunning();
      const listed = (await collect(provider.list())).filter(({ status }) => status === "running").length;
      const { running = 0 } = await group.counts();
      same(running, listed, "machines that run, by their count");
    },
  ),
];
