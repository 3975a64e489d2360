import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { glowsMachine, hpcAiMachine, novaServer, vastMachine } from "./rows.ts";

// Answers as the clouds do, from bodies made once, so that the server's own work is small and the same for everybody.
// Rows are made of a number alone: every subject reads the same ten thousand machines.

const rowsOfAccount = 10_000;
const ids = Array.from({ length: rowsOfAccount }, (_, index) => index + 1);

type Answer = (url: URL, body: string, origin: string) => string;

const once = new Map<string, string>();
function kept(key: string, make: () => string): string {
  const known = once.get(key);
  if (known !== undefined) return known;
  const made = make();
  once.set(key, made);
  return made;
}

const slice = (page: number, size: number): number[] => ids.slice((page - 1) * size, page * size);

const answers: Readonly<Record<string, Answer>> = {
  "/glows/sdk/v1/instance": ({ searchParams }) => {
    const id = searchParams.get("request_id") ?? "";
    return kept(`glows ${id}`, () => JSON.stringify({ code: 0, instance: glowsMachine(id) }));
  },
  "/glows/sdk/v1/instance/list": ({ searchParams }) => {
    const page = Number(searchParams.get("page"));
    const perPage = Number(searchParams.get("per_page"));
    return kept(`glows list ${page} ${perPage}`, () => {
      const instances = slice(page, perPage).map((id) => glowsMachine(`ins-${id}`));
      const pagination = { total: rowsOfAccount, numPages: Math.ceil(rowsOfAccount / perPage) };
      return JSON.stringify({ code: 0, instances, pagination });
    });
  },
  "/vast/api/v1/instances/": ({ searchParams }) => {
    const limit = Number(searchParams.get("limit"));
    const page = Number(searchParams.get("after_token") ?? 1);
    return kept(`vast ${page} ${limit}`, () => {
      const more = page * limit < rowsOfAccount;
      return JSON.stringify({
        instances: slice(page, limit).map(vastMachine),
        ...{ success: true, total_instances: rowsOfAccount, next_token: more ? String(page + 1) : null },
      });
    });
  },
  "/hpc-ai/instance/list": (_, body) => {
    const { pager } = JSON.parse(body) as { pager: { currentPage: number; pageSize: number } };
    return kept(`hpc-ai ${pager.currentPage} ${pager.pageSize}`, () => {
      const instances = slice(pager.currentPage, pager.pageSize).map(hpcAiMachine);
      return JSON.stringify({ instances, pager: { ...pager, totalEntries: rowsOfAccount } });
    });
  },
  "/keystone/v2.0/tokens": (_, __, origin) => {
    const endpoints = [{ region: "one", publicURL: `${origin}/nova`, internalURL: `${origin}/nova` }];
    const token = { id: "token", expires: "2099-01-01T00:00:00Z", tenant: { id: "one", name: "one" } };
    const serviceCatalog = [{ name: "nova", type: "compute", endpoints }];
    return JSON.stringify({ access: { token, serviceCatalog, user: { id: "alice", name: "alice" } } });
  },
  "/nova/servers/detail": () => kept("nova", () => JSON.stringify({ servers: ids.map(novaServer) })),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a server's request gives nothing else
  const url = new URL(request.url ?? "/", "http://stub");
  const latencyMs = Number(/^\/late-(\d+)/.exec(url.pathname)?.[1] ?? 0);
  const path = url.pathname.replace(/^\/late-\d+/, "");
  const origin = `http://${request.headers.host}`;
  const body = Buffer.from(answers[path]?.(url, Buffer.concat(chunks).toString(), origin) ?? "{}");
  const headers = { "content-type": "application/json", "content-length": body.byteLength };
  const send = (): void => {
    response.writeHead(answers[path] === undefined ? 404 : 200, headers);
    response.end(body);
  };
  if (latencyMs > 0) setTimeout(send, latencyMs);
  else send();
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  void answer(request, response);
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit(0));
