import { readFileSync } from "node:fs";
import { nock } from "@gpuport/testkit";
import { describe, expect, it, vi } from "vitest";
import { pody, podyRaw } from "../src/index.ts";
import {
  basic,
  credentials,
  driverCall,
  engine,
  noSuchContainer,
  noSuchImage,
  open,
  openDriver,
  origin,
  routeMissing,
} from "./support.ts";

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

const running = fixture("inspect-running-0.4.1");
const stopped = fixture("inspect-stopped-0.4.1");
const server = () => nock(origin, { reqheaders: { authorization: basic } });
const inspected = (ins: string) => server().get("/pod/inspect").query({ ins });
const created = (ins: string | RegExp, image: string) =>
  server().post("/pod/create", "").query({ ins, image });

describe("launch", () => {
  const request = { image: "holdout-base:latest" };

  it("sends the name and the image in the query of one POST, and tells at once what the answer says", async () => {
    inspected("main").reply(404, noSuchContainer());
    created("main", "holdout-base:latest").reply(200, fixture("create-0.4.1"));
    const instance = await open().launch({ ...request, name: "main" });
    expect(instance).toEqual({
      id: "main",
      provider: "pody",
      name: "main",
      status: "running",
      reason: undefined,
      providerStatus: "running",
      billing: "none",
      hardware: { gpu: undefined, memoryMiB: 1024 },
      price: undefined,
      region: undefined,
      image: "holdout-base:latest",
      access: {
        ssh: [{ host: "lab.test", port: 20_027, user: "root", via: "direct" }],
        ports: [
          { port: 22, protocol: "tcp", host: "lab.test", publicPort: 20_027 },
          { port: 8000, protocol: "tcp", host: "lab.test", publicPort: 20_039 },
        ],
      },
      labels: {},
      observedAt: expect.any(Date),
    });
    expect(podyRaw(instance)?.container_id).toBe("2bcc3351b2e4");
  });

  it("names the pod with a token where the caller gives no name", async () => {
    created(/^gp[0-9a-z]{18}$/, "holdout-base:latest").reply(200, { log: "", info: null });
    const instance = await open().launch(request);
    expect(instance.id).toMatch(/^gp[0-9a-z]{18}$/);
    expect(instance).toMatchObject({ status: "pending", image: "holdout-base:latest", billing: "none" });
    expect(instance.name).toBeUndefined();
  });

  it("takes name and image from providerOptions", async () => {
    inspected("other").reply(404, noSuchContainer("pd-alice-other"));
    created("other", "alice-t2").reply(200, { log: "", info: null });
    const providerOptions = { pody: { ins: "other", image: "alice-t2" } };
    expect(await open().launch({ providerOptions })).toMatchObject({ id: "other" });
  });

  it("starts from a snapshot as from an image", async () => {
    created(/^gp/, "alice-t2").reply(200, { log: "", info: null });
    expect((await open().launch({ snapshot: "alice-t2" })).id).toMatch(/^gp/);
  });

  it("looks for a pod of the caller's name first, and sends nothing when there is one", async () => {
    inspected("main").reply(200, running);
    await expect(open().launch({ ...request, name: "main" })).rejects.toMatchObject({ code: "conflict" });
  });

  it("tells of a pod whose main process ends at once", async () => {
    created(/^gp/, "crashing:latest").reply(200, fixture("create-crash-loop-0.4.1"));
    const instance = await open().launch({ image: "crashing:latest" });
    expect(instance).toMatchObject({ status: "provisioning", reason: "restart", access: { ssh: [] } });
  });

  it("keeps the pod of a yes whose rest makes no sense", async () => {
    created(/^gp/, "a:b").reply(200, { log: "", info: { status: 7 } });
    expect(await open().launch({ image: "a:b" })).toMatchObject({ providerStatus: "accepted" });
  });

  it("takes a 200 without the documented answer for no answer, and finds the pod by its name", async () => {
    created(/^gp/, "a:b").reply(200, "<html>welcome</html>");
    server().get("/pod/inspect").query({ ins: /^gp/ }).reply(200, running);
    expect(await open().launch({ image: "a:b" })).toMatchObject({ status: "running" });
  });

  it("ends the pod that stays behind when its start fails", async () => {
    const detail = engine("400 Client Error", "/containers/b514/start", "failed to create shim task");
    created(/^gp/, "a:b").reply(500, { detail });
    server().post("/pod/delete").query({ ins: /^gp/ }).reply(200, { log: "Container pd-alice-x deleted" });
    server().get("/pod/inspect").query({ ins: /^gp/ }).reply(404, noSuchContainer());
    await expect(open().launch({ image: "a:b" })).rejects.toMatchObject({
      code: "instance_failed",
      effect: "none",
      message: expect.stringContaining("failed to create shim task"),
    });
  });

  it("knows its own pod in a 409 for a name that nobody else can have", async () => {
    created(/^gp/, "a:b").reply(409, { detail: "Container pd-alice-x already exists" });
    server().get("/pod/inspect").query({ ins: /^gp/ }).reply(200, running);
    expect(await open().launch({ image: "a:b" })).toMatchObject({ status: "running" });
  });

  it.each([
    ["name", { name: "my-pod" }],
    ["name", { name: "_pod" }],
    ["name", { name: "pod_" }],
    ["name", { name: "9pods" }],
    ["name", { name: "größe" }],
    ["name", { name: "a23456789012345678901" }],
    ["name", { name: "one", providerOptions: { pody: { ins: "two" } } }],
    ["image", { image: undefined }],
    ["snapshot", { snapshot: "alice-t2" }],
    ["snapshot", { image: undefined, snapshot: "t", providerOptions: { pody: { image: "c:d" } } }],
    ["image", { image: "a:b", providerOptions: { pody: { image: "c:d" } } }],
    ["providerOptions.pody.ins", { providerOptions: { pody: { ins: "my-pod" } } }],
    ["providerOptions.pody.gpus", { providerOptions: { pody: { gpus: 2 } } }],
  ])("refuses a wrong %s and names it: %j", async (field, wrong) => {
    const asked = open().launch({ ...request, ...wrong });
    await expect(asked).rejects.toMatchObject({ code: "invalid_argument", field });
  });

  it.each(["a", "Ab", "a_b", "a2345678901234567890"])("takes the name %s", async (name) => {
    inspected(name).reply(404, noSuchContainer());
    created(name, "a:b").reply(200, { log: "", info: null });
    expect(await open().launch({ name, image: "a:b" })).toMatchObject({ id: name });
  });

  it.each([
    ["env", { env: { A: "1" } }],
    ["startup", { startup: "true" }],
    ["command", { command: "true" }],
    ["ports", { ports: [{ port: 80 }] }],
    ["sshPublicKeys", { sshPublicKeys: ["ssh-ed25519 AAAA"] }],
    ["region", { region: "here" }],
    ["minDiskMiB", { minDiskMiB: 1 }],
    ["labels", { labels: { a: "b" } }],
    ["offerId", { offerId: "1" }],
    ["pricing", { pricing: { kind: "spot" } as const }],
    ["maxPerHourMicros", { maxPerHourMicros: 1 }],
    ["gpu", { gpu: { model: "RTX 4090" } }],
  ])("refuses %s, which a pod cannot have", async (field, wrong) => {
    const asked = open().launch({ ...request, ...wrong });
    await expect(asked).rejects.toMatchObject({ code: "unsupported", field });
  });

  it("holds a wish for a GPU against the machine that the configuration declares", async () => {
    const provider = open({ hardware: { gpu: { model: "RTX_4090", count: 2 } } });
    const gpu = { model: "NVIDIA GeForce RTX 4090", count: 2 };
    created(/^gp/, "a:b").reply(200, { log: "", info: null });
    expect((await provider.launch({ image: "a:b", gpu })).hardware.gpu).toMatchObject({ count: 2 });
    const more = provider.launch({ image: "a:b", gpu: { ...gpu, count: 3 } });
    await expect(more).rejects.toMatchObject({ code: "unsupported", field: "gpu.count" });
    const other = provider.launch({ image: "a:b", gpu: { model: "H100" } });
    await expect(other).rejects.toMatchObject({ code: "unsupported", field: "gpu.model" });
  });
});

describe("describe", () => {
  it("reads one pod", async () => {
    inspected("main").reply(200, stopped);
    const instance = await open().describe("main");
    expect(instance).toMatchObject({ id: "main", status: "stopped", access: { ssh: [], ports: [] } });
  });

  it("asks a server before 0.3.0 by its own route", async () => {
    inspected("main").reply(404, routeMissing);
    server().get("/pod/info").query({ ins: "main" }).reply(200, running);
    expect(await open().describe("main")).toMatchObject({ id: "main", status: "running" });
  });

  it("believes such a server that there is no such pod", async () => {
    inspected("main").reply(404, routeMissing);
    server().get("/pod/info").query({ ins: "main" }).reply(404, noSuchContainer());
    await expect(open().describe("main")).rejects.toMatchObject({ code: "not_found", instanceId: "main" });
  });

  it("never takes the empty 200 of 0.3.x for a pod or for none", async () => {
    inspected("main").reply(404, routeMissing);
    const empty = { deprecated: "This endpoint is deprecated", res: null };
    server().get("/pod/info").query({ ins: "main" }).reply(200, empty);
    await expect(open().describe("main")).rejects.toMatchObject({ code: "bad_response", effect: "none" });
  });

  it("does not ask the old route about a pod that is not there", async () => {
    inspected("main").reply(404, noSuchContainer());
    await expect(open().describe("main")).rejects.toMatchObject({ code: "not_found" });
  });

  it("takes a server without either route for a wrong address", async () => {
    inspected("main").reply(404, routeMissing);
    server().get("/pod/info").query({ ins: "main" }).reply(404, routeMissing);
    await expect(open().describe("main")).rejects.toMatchObject({ code: "invalid_config" });
  });

  it("knows from the list that a pod without its image is still there", async () => {
    inspected("main").reply(404, noSuchImage);
    server().get("/pod/list").reply(200, ["other", "main"]);
    expect(await open().describe("main")).toMatchObject({
      id: "main",
      status: "unknown",
      reason: "image_error",
      providerStatus: "No such image",
    });
  });

  it("says neither that it is there nor that it is gone when the list does not name it", async () => {
    inspected("main").reply(404, noSuchImage);
    server().get("/pod/list").reply(200, ["other"]);
    await expect(open().describe("main")).rejects.toMatchObject({ code: "conflict", effect: "none" });
  });
});

describe("list", () => {
  const all = async (provider = open()) => {
    const ids: string[] = [];
    for await (const { id, status } of provider.list()) ids.push(`${id} ${status}`);
    return ids;
  };

  it("reads every pod of the list, one after the other", async () => {
    server().get("/pod/list").reply(200, ["b", "a"]);
    inspected("b").reply(200, { ...running, name: "pd-alice-b" });
    inspected("a").reply(200, { ...stopped, name: "pd-alice-a" });
    expect(await all()).toEqual(["b running", "a stopped"]);
  });

  it("is empty when the server says so", async () => {
    server().get("/pod/list").reply(200, []);
    expect(await all()).toEqual([]);
  });

  it("leaves out pods that are gone meanwhile or somebody else's, and names that come twice", async () => {
    server().get("/pod/list").reply(200, ["main", "strange", "main"]);
    inspected("main").reply(200, running);
    inspected("strange").reply(404, noSuchContainer("pd-alice-strange"));
    expect(await all()).toEqual(["main running"]);
  });

  it("takes the short names out of the full ones of old servers", async () => {
    server().get("/pod/list").reply(200, ["alice-main"]);
    inspected("main").reply(404, routeMissing);
    server()
      .get("/pod/info")
      .query({ ins: "main" })
      .reply(200, { ...running, name: "alice-main" });
    expect(await all()).toEqual(["main running"]);
  });

  it("shows a pod whose image is gone without asking again", async () => {
    server().get("/pod/list").reply(200, ["main"]);
    inspected("main").reply(404, noSuchImage);
    expect(await all()).toEqual(["main unknown"]);
  });

  it("throws rather than leave out a pod that could not be read", async () => {
    server().get("/pod/list").reply(200, ["a", "b"]);
    inspected("a").reply(200, running);
    inspected("b").reply(403, { detail: "Invalid username or password" });
    await expect(all()).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it.each([{ pods: [] }, [1], [""], null, "main"])("does not believe %j", async (body) => {
    server().get("/pod/list").reply(200, JSON.stringify(body));
    await expect(all()).rejects.toMatchObject({ code: "bad_response", effect: "none" });
  });

  it("asks again when something else than the server has answered", async () => {
    server().get("/pod/list").reply(200, "<html>welcome</html>");
    server().get("/pod/list").reply(200, []);
    expect(await all()).toEqual([]);
  });
});

describe("terminate", () => {
  const deleted = () => server().post("/pod/delete", "").query({ ins: "main" });

  it("deletes, and looks", async () => {
    deleted().reply(200, { log: "Container pd-alice-main deleted" });
    inspected("main").reply(404, noSuchContainer());
    expect(await open().terminate("main")).toMatchObject({ id: "main", evidence: "not_found" });
  });

  it("is content when there is no such pod", async () => {
    deleted().reply(404, noSuchContainer());
    inspected("main").reply(404, noSuchContainer());
    expect(await open().terminate("main")).toMatchObject({ evidence: "not_found" });
  });

  it("repeats a delete whose answer was lost", async () => {
    deleted().replyWithError(new Error("socket hang up"));
    deleted().reply(404, noSuchContainer());
    inspected("main").reply(404, noSuchContainer());
    expect(await open().terminate("main")).toMatchObject({ evidence: "not_found" });
  });
});

describe("power", () => {
  const asked = (verb: string) => server().post(`/pod/${verb}`, "").query({ ins: "main" });

  it.each(["stop", "start", "restart"] as const)("%s is one POST", async (verb) => {
    asked(verb).reply(200, { log: "a log\r\n" });
    await expect(open().power[verb]("main")).resolves.toBeUndefined();
  });

  it.each(["stop", "start"] as const)("repeats a %s whose answer was lost", async (verb) => {
    asked(verb).replyWithError(new Error("socket hang up"));
    asked(verb).reply(200, { log: "" });
    await expect(open().power[verb]("main")).resolves.toBeUndefined();
  });

  it("never repeats a restart", async () => {
    asked("restart").reply(500, "Internal Server Error");
    const refused = open().power.restart("main");
    await expect(refused).rejects.toMatchObject({ code: "unavailable", effect: "maybe", retryable: false });
  });

  it("allows for what changes a pod to take two minutes", () => {
    const slow = ["create", "terminate", "start", "stop", "restart"] as const;
    expect(slow.map((verb) => pody.tables.endpoints[`instance.${verb}`]?.timeoutMs)).toEqual(
      slow.map(() => 120_000),
    );
  });
});

describe("find", () => {
  it("asks for the one pod of that name", async () => {
    inspected("main").reply(200, running);
    expect(await openDriver().find?.("main", driverCall("launch"))).toMatchObject([{ identity: "main" }]);
  });

  it("is empty when the server says that there is none, and only then", async () => {
    inspected("main").reply(404, noSuchContainer());
    expect(await openDriver().find?.("main", driverCall("launch"))).toEqual([]);
    inspected("main").reply(403, { detail: "Invalid username or password" });
    await expect(openDriver().find?.("main", driverCall("launch"))).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });
});

describe("options", () => {
  it("come from the environment", async () => {
    vi.stubEnv("PODY_API_BASE", `${origin}/`);
    vi.stubEnv("PODY_USERNAME", credentials.username);
    vi.stubEnv("PODY_PASSWORD", credentials.password);
    inspected("main").reply(200, running);
    expect(await pody().describe("main")).toMatchObject({ id: "main" });
  });

  it("strip the slash at the end of the address, and take http and a path", async () => {
    nock(origin).get("/lab/pod/inspect").query({ ins: "main" }).reply(200, running);
    expect(await open({ baseUrl: `${origin}/lab/` }).describe("main")).toMatchObject({ id: "main" });
  });

  it("put ports where they are told to be", async () => {
    inspected("main").reply(200, running);
    const { access } = await open({ publicHost: "10.1.2.3", sshUser: "dev" }).describe("main");
    expect(access.ssh).toEqual([{ host: "10.1.2.3", port: 20_027, user: "dev", via: "direct" }]);
  });

  it.each([
    ["password", { password: "grün" }],
    ["password", { password: "" }],
    ["username", { username: "jörg" }],
    ["username", { username: "a:b" }],
    ["baseUrl", { baseUrl: "lab:8799" }],
    ["publicHost", { publicHost: "http://lab" }],
    ["hardware.gpu.count", { hardware: { gpu: { model: "H100", count: 0 } } }],
    ["hardware.cpus", { hardware: { cpus: 8 } as object }],
    ["apiKey", { apiKey: "k" } as object],
  ])("refuse a wrong %s without showing it", (field, wrong) => {
    let thrown: unknown;
    try {
      open(wrong);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "invalid_config", field });
    expect(String(thrown)).not.toContain("grün");
  });

  it("are needed", () => {
    for (const name of ["PODY_API_BASE", "PODY_USERNAME", "PODY_PASSWORD"]) vi.stubEnv(name, "");
    expect(() => pody()).toThrow(/baseUrl \(PODY_API_BASE\) and username \(PODY_USERNAME\) and password/);
  });
});
