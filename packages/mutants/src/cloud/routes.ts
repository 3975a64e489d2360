import type { createAccount } from "./account.ts";
import { durations, type Lives } from "./lives.ts";
import type { Machines } from "./machines.ts";
import { type Market, offerRow } from "./market.ts";
import { pageOf } from "./paging.ts";
import type { Fields } from "./refusal.ts";
import type { Stored } from "./stored.ts";

export interface Parts {
  readonly machines: Machines;
  readonly market: Market;
  readonly stored: Stored;
  readonly lives: Lives;
  readonly account: ReturnType<typeof createAccount>;
}

/** One request, with what its path names. */
interface Asked {
  readonly id: string;
  readonly query: Fields;
  readonly body: Fields;
}

type Work = (asked: Asked) => unknown;

/** What Tundra answers to, by method and path. */
export function routesOf({
  machines,
  market,
  stored,
  lives,
  account,
}: Parts): Readonly<Record<string, Work>> {
  const done: unknown = {};
  return {
    "POST /machines": ({ body }) => machines.create(body),
    "GET /machines": ({ query }) => machines.list(query),
    "GET /machines/several": ({ query }) => machines.several(query),
    "GET /machines/:id": ({ id }) => machines.show(id),
    "DELETE /machines/:id": ({ id }) => machines.end(id),
    "PUT /machines/:id/label": ({ id, body }) => machines.rename(id, body),
    "PUT /machines/:id/bid": ({ id, body }) => machines.bid(id, body),
    "POST /machines/:id/keys": ({ id, body }) => machines.addKey(id, body),
    "POST /machines/:id/halt": ({ id }) => lives.halt(machines.get(id)) ?? done,
    "POST /machines/:id/resume": ({ id }) => lives.resume(machines.get(id)) ?? done,
    "POST /machines/:id/reboot": ({ id }) => lives.reboot(machines.get(id)) ?? done,
    "GET /machines/:id/log": ({ id, query }) => machines.log(id, query),
    "POST /machines/:id/exec": ({ id, body }) => machines.run(id, body),
    "POST /machines/:id/snapshots": ({ id, body }) =>
      stored.addSnapshot(machines.get(id).id, body.text("title") ?? null),
    "GET /offers": ({ query }) => pageOf("offers", market.offers, query, offerRow),
    "GET /offers/:id": ({ id }) => offerRow(market.find(id)),
    "GET /images": ({ query }) =>
      stored.images.page(query, ({ mine, title }) => {
        const owned = query.text("mine") !== "true" || mine;
        return owned && title.includes(query.text("holding") ?? "");
      }),
    "POST /images": ({ body }) => stored.addImage(body.text("source") ?? ""),
    "DELETE /images/:id": ({ id }) => stored.removeImage(id),
    "GET /snapshots": ({ query }) => stored.snapshots.page(query),
    "DELETE /snapshots/:id": ({ id }) => stored.snapshots.remove(id),
    "GET /volumes": ({ query }) => stored.volumes.page(query),
    "POST /volumes": ({ body }) =>
      stored.addVolume(
        body.number("gb") ?? 1,
        body.text("title") ?? null,
        body.text("region") ?? "no-north-1",
      ),
    "DELETE /volumes/:id": ({ id }) => stored.volumes.remove(id),
    "GET /keys": ({ query }) => stored.keys.page(query),
    "POST /keys": ({ body }) => stored.addKey(body.text("public_key") ?? ""),
    "DELETE /keys/:id": ({ id }) => stored.keys.remove(id),
    "GET /networks": ({ query }) => stored.networks.page(query),
    "POST /networks": ({ body }) => stored.addNetwork(body.text("title") ?? "", body.text("region") ?? ""),
    "POST /networks/:id/members": ({ id, body }) => {
      const { members } = stored.networks.get(id);
      for (const machine of body.texts("machines")) {
        if (!members.includes(machines.get(machine).id)) members.push(machine);
      }
      return done;
    },
    "GET /networks/:id/members": ({ id, query }) => {
      const rows = stored.networks.get(id).members.map((machine, index) => ({
        ...{ id: `${id}-${index + 1}`, machine_id: machine, address: `10.7.0.${index + 2}/24` },
      }));
      return pageOf("members", rows, query, (row) => row);
    },
    "GET /account": () => account.show(),
    "GET /stats/states": () => machines.counts(),
    "GET /stats/processes": () => machines.processes(),
    "GET /stats/host": () => ({
      driver: "570.86",
      agent: "3.1.0",
      visible_after_ms: String(durations.visible),
    }),
  };
}
