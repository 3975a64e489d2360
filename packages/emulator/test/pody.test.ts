import { describe, expect, it } from "vitest";
import { type KitOptions, startClouds } from "../src/kit/start.ts";
import {
  createPody,
  defaultPodyQuota,
  type PodyCredentials,
  type PodyQuota,
  type PodySettings,
} from "../src/pody/cloud.ts";

type Query = Readonly<Record<string, string>>;
type Body = Readonly<Record<string, unknown>>;

const startAt = 1_800_000_000_000;
const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
});

const instant = { create: 0, stop: 0, start: 0, delete: 0, kill: 0 };

async function openPody(settings: Partial<PodySettings> = {}, options: KitOptions = {}) {
  const kit = await startClouds<{ pody: PodyCredentials }>(
    { pody: (context) => createPody(context, { timings: instant, ...settings }) },
    { clock: "manual", startAt, ...options },
  );
  const { username, password } = kit.credentials.pody;

  async function send(method: string, path: string, query: Query = {}, init: RequestInit = {}) {
    const response = await fetch(`${kit.urls.pody}${path}?${new URLSearchParams(query)}`, {
      method,
      headers: basic(username, password),
      redirect: "manual",
      ...init,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  }

  const get = (path: string, query?: Query, init?: RequestInit) => send("GET", path, query, init);
  const post = (path: string, query?: Query, init?: RequestInit) => send("POST", path, query, init);
  return {
    kit,
    send,
    get,
    post,
    create: (ins: string, image = "ubuntu-cuda:12.4") => post("/pod/create", { ins, image }),
    inspect: (ins: string) => get("/pod/inspect", { ins }),
    act: (verb: string, ins: string) => post(`/pod/${verb}`, { ins }),
    exec: async (cmd: string, more: Query = {}) =>
      (await post("/pod/exec", { ins: "main", cmd, ...more })).body,
    [Symbol.asyncDispose]: kit.close,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function detailOf({ body }: { readonly body: unknown }): unknown {
  return (body as Body)["detail"];
}

const flag = (name: string, endpoint: string, value: string | number | boolean = true) =>
  ({ cloud: "pody", endpoint, fault: "flag", flag: name, value, times: 1 }) as const;

/** One user, with a quota of its own. */
const withQuota = (quota: Partial<PodyQuota>, more: Partial<PodySettings> = {}): Partial<PodySettings> => ({
  users: [{ name: "alice", password: "p", isAdmin: false, quota: { ...defaultPodyQuota, ...quota } }],
  ...more,
});

describe("life of a pod", () => {
  it("is created running, and is gone when it is deleted", async () => {
    await using pody = await openPody();
    const created = await pody.create("main");
    expect(created).toMatchObject({ status: 200 });
    expect(created.body).toEqual({
      log: "",
      info: {
        container_id: expect.stringMatching(/^[0-9a-f]{12}$/),
        name: "pd-alice-main",
        status: "running",
        image: "ubuntu-cuda:12.4",
        networks: ["bridge"],
        port_mapping: [expect.stringMatching(/^20\d{3}:22$/), expect.stringMatching(/^20\d{3}:8000$/)],
        gpu_ids: [],
        memory_limit: 16 * 2 ** 30,
        shm_size: 8 * 2 ** 30,
      },
    });
    const { info } = created.body as { info: Body };
    expect((await pody.inspect("main")).body).toEqual({ instance: "main", ...info });
    expect((await pody.get("/pod/list")).body).toEqual(["main"]);
    expect(pody.kit.bill()).toEqual([
      {
        cloud: "pody",
        id: "main",
        name: "main",
        owner: "alice",
        since: startAt,
        perHour: 0,
        currency: "none",
        state: "running",
      },
    ]);

    expect((await pody.act("delete", "main")).body).toEqual({ log: "Container pd-alice-main deleted" });
    expect(pody.kit.bill()).toEqual([]);
    const gone = await pody.inspect("main");
    expect(gone.status).toBe(404);
    expect(detailOf(gone)).toBe(
      '404 Client Error for http+docker://localhost/v1.41/containers/pd-alice-main/json: Not Found ("No such container: pd-alice-main")',
    );
    for (const verb of ["start", "stop", "restart", "delete"]) {
      expect(detailOf(await pody.act(verb, "main"))).toContain("No such container: pd-alice-main");
    }
    const again = await pody.create("main");
    expect((again.body as { info: Body }).info["container_id"]).not.toBe(info["container_id"]);
    expect(pody.kit.machines()).toMatchObject([{ terminatedAt: startAt }, { terminatedAt: undefined }]);
  });

  it("stops, starts and restarts, with the same ports", async () => {
    await using pody = await openPody();
    await pody.create("main");
    const mapping = async () => ((await pody.inspect("main")).body as Body)["port_mapping"];
    const ports = await mapping();
    expect((await pody.act("start", "main")).body).toEqual({ log: "" });
    expect(await pody.act("stop", "main")).toMatchObject({ status: 200 });
    expect((await pody.inspect("main")).body).toMatchObject({ status: "exited", port_mapping: [] });
    expect(pody.kit.bill()).toHaveLength(1);
    expect(await pody.act("stop", "main")).toMatchObject({ status: 200 });
    await pody.act("start", "main");
    expect(await mapping()).toEqual(ports);
    await pody.act("stop", "main");
    await pody.act("restart", "main");
    expect((await pody.inspect("main")).body).toMatchObject({ status: "running", port_mapping: ports });
    pody.kit.event("pody", "pause", { id: "main" });
    expect((await pody.inspect("main")).body).toMatchObject({ status: "paused", port_mapping: ports });
    expect(detailOf(await pody.act("start", "main"))).toContain("cannot start a paused container");
    expect(await pody.act("restart", "main")).toMatchObject({ status: 200 });
    expect((await pody.inspect("main")).body).toMatchObject({ status: "running" });
  });

  it("leaves a pod that cannot start behind", async () => {
    await using pody = await openPody();
    pody.kit.faults.add(flag("failStart", "pod.create"));
    const failed = await pody.create("main");
    expect(failed.status).toBe(500);
    expect(detailOf(failed)).toMatch(
      /^400 Client Error .*\/containers\/[0-9a-f]{64}\/start: Bad Request \("failed to create shim task/,
    );
    expect((await pody.inspect("main")).body).toMatchObject({ status: "created", port_mapping: [] });
    expect(await pody.create("main")).toMatchObject({ status: 409 });
    expect(pody.kit.bill()).toMatchObject([{ id: "main", state: "created" }]);
    expect(detailOf(await pody.act("start", "main"))).toContain("/start:");
    expect(await pody.act("delete", "main")).toMatchObject({ status: 200 });
  });

  it("cannot start graphics cards that the machine lacks, and reports those that it has", async () => {
    await using lacking = await openPody(withQuota({ gpus: "0,7" }));
    expect(detailOf(await lacking.create("main"))).toContain("unknown device");
    expect((await lacking.inspect("main")).body).toMatchObject({ status: "created" });
    await using named = await openPody(withQuota({ gpus: "1" }));
    expect((await named.create("main")).body).toMatchObject({ info: { gpu_ids: [1] } });
    expect(await named.exec("nvidia-smi -L")).toMatchObject({
      exit_code: 0,
      log: expect.stringMatching(/^GPU 0: .*5a1c0de1.*\r\n$/),
    });
    await using none = await openPody(withQuota({ gpus: "none" }));
    expect((await none.create("main")).body).toMatchObject({ info: { gpu_ids: [] } });
    expect(await none.exec("nvidia-smi")).toMatchObject({ exit_code: 127 });
  });

  it("crashes for ever", async () => {
    await using pody = await openPody();
    expect((await pody.create("main", "crashing:latest")).body).toMatchObject({
      log: "boom\r\n",
      info: { status: "restarting", port_mapping: [] },
    });
    expect(await pody.exec("true")).toMatchObject({
      exit_code: -1,
      log: expect.stringContaining("is restarting"),
    });
    pody.kit.clock.advance(4900);
    expect((await pody.inspect("main")).body).toMatchObject({ status: "running" });
    pody.kit.clock.advance(100);
    expect((await pody.inspect("main")).body).toMatchObject({ status: "restarting" });
  });

  it("loses its ports while it is stopped", async () => {
    await using pody = await openPody({ ports: [20_000, 20_002] });
    await pody.create("first");
    expect(await pody.create("second")).toMatchObject({ status: 403, body: { detail: "No available port" } });
    await pody.act("stop", "first");
    await pody.create("second");
    const refused = await pody.act("start", "first");
    expect(refused.status).toBe(500);
    expect(detailOf(refused)).toMatch(/^500 Server Error .*\/start: .*port is already allocated/);
    expect((await pody.inspect("first")).body).toMatchObject({ status: "exited" });
    await pody.act("delete", "second");
    expect(await pody.act("start", "first")).toMatchObject({ status: 200 });
  });

  it("changes without a call", async () => {
    await using pody = await openPody();
    await pody.create("main");
    pody.kit.event("pody", "gpuSweep", { id: "main" });
    expect((await pody.inspect("main")).body).toMatchObject({ status: "exited" });
    pody.kit.event("pody", "engineRestart");
    expect((await pody.inspect("main")).body).toMatchObject({ status: "running" });
    pody.kit.event("pody", "status", { id: "main", status: "removing" });
    expect((await pody.inspect("main")).body).toMatchObject({ status: "removing" });
    pody.kit.event("pody", "remove", { id: "pd-alice-main" });
    expect(await pody.inspect("main")).toMatchObject({ status: 404 });
    expect(() => pody.kit.event("pody", "dead", { id: "main" })).toThrow("no pod");
  });
});

describe("being let in", () => {
  it("tells missing, garbled and wrong credentials apart", async () => {
    await using pody = await openPody();
    for (const headers of [{}, { authorization: "Bearer x" }, { authorization: "Basic" }]) {
      const answer = await pody.get("/pod/list", {}, { headers });
      expect(answer).toMatchObject({ status: 401, body: { detail: "Not authenticated" } });
      expect(answer.headers.get("www-authenticate")).toBe("Basic");
    }
    for (const authorization of [
      "Basic ???",
      `Basic ${btoa("no colon")}`,
      `Basic ${Buffer.from("a:ä").toString("base64")}`,
    ]) {
      const answer = await pody.get("/pod/list", {}, { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { detail: "Invalid authentication credentials" } });
    }
    for (const headers of [basic("alice", "wrong"), basic("nobody", "x")]) {
      // The parameter is missing as well; who is asking comes first.
      const answer = await pody.get("/pod/inspect", {}, { headers });
      expect(answer).toMatchObject({ status: 403, body: { detail: "Invalid username or password" } });
    }
    pody.kit.faults.add(flag("tokenExpired", "pod.list"));
    expect(await pody.get("/pod/list")).toMatchObject({ status: 403 });
    for (const path of ["/version", "/host/gpu-ps"])
      expect(await pody.get(path, {}, { headers: {} })).toMatchObject({ status: 200 });
  });

  it("changes passwords, also into ones that never work", async () => {
    await using pody = await openPody();
    expect(await pody.get("/user/ch-passwd", { passwd: "new" })).toMatchObject({ status: 405 });
    expect(await pody.post("/user/ch-passwd", { passwd: "new" })).toMatchObject({
      status: 200,
      body: { message: expect.any(String) },
    });
    expect(await pody.get("/user/list")).toMatchObject({ status: 403 });
    const headers = basic("alice", "new");
    expect((await pody.get("/user/list", {}, { headers })).body).toEqual(["alice", "bob", "root"]);
    await pody.post("/user/ch-passwd", { passwd: "pässword" }, { headers });
    expect(await pody.get("/user/list", {}, { headers: basic("alice", "pässword") })).toMatchObject({
      status: 401,
    });
  });

  it("lets admins at other people's pods by their full names, and nobody else", async () => {
    await using pody = await openPody();
    await pody.create("main");
    const root = { headers: basic("root", "roots-password") };
    const bob = { headers: basic("bob", "bobs-password") };
    for (const ins of ["alice-main", "pd-alice-main"]) {
      expect(await pody.get("/pod/inspect", { ins }, root)).toMatchObject({
        status: 200,
        body: { instance: "main" },
      });
      expect(await pody.get("/pod/inspect", { ins })).toMatchObject({ status: 200 });
      expect(await pody.get("/pod/inspect", { ins }, bob)).toMatchObject({
        status: 403,
        body: { detail: "Invalid pod name, please check the username" },
      });
    }
    expect(await pody.inspect("xx-alice-main")).toMatchObject({
      status: 403,
      body: { detail: "Invalid pod name, please check the prefix" },
    });
    expect(await pody.inspect("a-b-c-d")).toMatchObject({ status: 400 });
    expect(await pody.post("/pod/create", { ins: "alice-x", image: "pytorch:2.5" }, root)).toMatchObject({
      status: 400,
    });
    expect((await pody.get("/pod/listall", {}, root)).body).toEqual(["pd-alice-main", "registry"]);
    expect(await pody.get("/pod/listall")).toMatchObject({
      status: 403,
      body: { detail: "User does not have permission: admin" },
    });
  });
});

describe("conventions", () => {
  it("knows its routes exactly", async () => {
    await using pody = await openPody();
    expect(await pody.get("/nothing")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
    expect(await pody.get("//pod/list")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
    expect(await pody.post("/pod/list")).toMatchObject({
      status: 405,
      body: { detail: "Method Not Allowed" },
    });
    expect(await pody.send("HEAD", "/pod/list")).toMatchObject({ status: 405 });
    const moved = await pody.get("/pod/list/");
    expect(moved.status).toBe(307);
    expect(moved.headers.get("location")).toBe("/pod/list");
  });

  it("looks only at the query, and describes what is missing", async () => {
    await using pody = await openPody();
    const missing = await pody.post(
      "/pod/create",
      {},
      { body: JSON.stringify({ ins: "main", image: "pytorch:2.5" }) },
    );
    expect(missing).toMatchObject({
      status: 422,
      body: {
        detail: [
          { loc: ["query", "ins"], msg: "field required", type: "value_error.missing" },
          { loc: ["query", "image"] },
        ],
      },
    });
    expect(await pody.get("/pod/list", { unknown: "1" })).toMatchObject({ status: 200 });
    await using newer = await openPody({ pydantic: 2 });
    expect(await newer.get("/pod/inspect")).toMatchObject({
      body: { detail: [{ type: "missing", msg: "Field required" }] },
    });
    await newer.create("main");
    expect(await newer.post("/pod/exec", { ins: "main", cmd: "x", timeout: "1.5" })).toMatchObject({
      status: 422,
      body: { detail: [{ type: "int_parsing", loc: ["query", "timeout"] }] },
    });
  });

  it("tells about itself", async () => {
    await using pody = await openPody();
    expect((await pody.get("/version")).body).toEqual([0, 4, 1]);
    expect((await pody.get("/host/spec")).body).toMatchObject({
      pody_version: "0.4.1",
      docker_version: "20.10.24",
    });
    expect((await pody.get("/user/info")).body).toEqual({
      user: { name: "alice", is_admin: 0 },
      quota: defaultPodyQuota,
    });
    expect((await pody.get("/help", { path: "/pod/exec" })).body).toEqual([
      {
        path: "/pod/exec",
        methods: ["POST"],
        params: [
          { name: "ins", optional: false },
          { name: "cmd", optional: false },
          { name: "timeout", optional: true },
        ],
      },
    ]);
    expect((await pody.get("/help", { path: "/image/" })).body).toHaveLength(3);
    expect((await pody.get("/help", { path: "/none" })).body).toEqual([]);
  });

  it("shows what runs on the graphics cards", async () => {
    await using pody = await openPody();
    await pody.create("main");
    expect((await pody.get("/host/gpu-ps")).body).toEqual({ "0": [], "1": [] });
    pody.kit.event("pody", "process", { id: "main", gpu: 1, cmd: "python train.py" });
    pody.kit.event("pody", "process", { gpu: 1 });
    pody.kit.clock.advance(90_000);
    expect((await pody.get("/host/gpu-ps", { id: "1" })).body).toMatchObject({
      "1": [
        { pod: "pd-alice-main", cmd: "python train.py", uptime: 90 },
        { pod: "", cmd: "[host process]" },
      ],
    });
    expect(await pody.get("/host/gpu-ps", { id: "7" })).toMatchObject({
      status: 400,
      body: { detail: "GPU ID 7 is invalid" },
    });
    expect(await pody.get("/host/gpu-ps", { id: "x" })).toMatchObject({
      status: 400,
      body: { detail: "Invalid GPU ID" },
    });
    expect((await pody.get("/stat/gputime")).body).toEqual({ alice: 90 });
    expect((await pody.get("/stat/cputime", { user: "bob" })).body).toEqual({});
  });
});

describe("creating", () => {
  it("refuses names in the order of the checks", async () => {
    await using pody = await openPody(withQuota({ max_pods: 1 }));
    for (const ins of ["", "with-hyphen", "_x", "x_", "1x", "a b", "x".repeat(21)]) {
      expect(await pody.create(ins)).toMatchObject({
        status: 400,
        body: { detail: expect.stringMatching(/^Invalid pod name: /) },
      });
    }
    expect(await pody.create("näme")).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("/containers/create?name=pd-alice-näme") },
    });
    expect(pody.kit.bill()).toEqual([]);
    expect(await pody.create("main", "none")).toMatchObject({ status: 400 });
    await pody.create("main");
    // The duplicate is noticed before the quota, and the quota before the image.
    expect(await pody.create("main")).toMatchObject({
      status: 409,
      body: { detail: "Container pd-alice-main already exists" },
    });
    expect(await pody.create("other", "none")).toMatchObject({
      status: 403,
      body: { detail: "Exceed max pod limit" },
    });
    await pody.act("stop", "main");
    expect(await pody.create("other")).toMatchObject({ status: 403 });
  });

  it("wants images spelled as they are listed", async () => {
    await using pody = await openPody();
    for (const image of ["ubuntu-cuda", "ubuntu-cuda:latest", ""]) {
      expect(await pody.create("main", image)).toMatchObject({
        status: 400,
        body: { detail: "Invalid image name, please check the available images" },
      });
    }
    expect((await pody.get("/image/list")).body).toEqual([
      "alpine:3.20",
      "crashing:latest",
      "pytorch:2.5",
      "stubborn:latest",
      "ubuntu-cuda:12.4",
    ]);
  });

  it("meets the engine's own limits", async () => {
    await using small = await openPody(withQuota({ memory_limit: 1_000_000 }));
    expect(await small.create("main")).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("Minimum memory limit allowed is 6MB") },
    });
    await using disk = await openPody(withQuota({ storage_size: 2 ** 30 }));
    expect(await disk.create("main")).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("--storage-opt is supported only for") },
    });
    expect(disk.kit.bill()).toEqual([]);
    await using able = await openPody(
      withQuota({ storage_size: 2 ** 30, memory_limit: -1, shm_size: 0 }, { storageLimits: true }),
    );
    expect((await able.create("main")).body).toMatchObject({
      info: { memory_limit: -1, shm_size: 67_108_864 },
    });
  });

  it("mixes up users without a prefix", async () => {
    const user = (name: string) => ({
      name,
      password: "p",
      isAdmin: false,
      quota: { ...defaultPodyQuota, max_pods: 1 },
    });
    await using pody = await openPody({ prefix: "", users: [user("alice"), user("jimalice")] });
    await pody.post("/pod/create", { ins: "his", image: "pytorch:2.5" }, { headers: basic("jimalice", "p") });
    expect((await pody.get("/pod/list")).body).toEqual(["his"]);
    expect(await pody.inspect("his")).toMatchObject({ status: 404 });
    expect(await pody.create("main")).toMatchObject({
      status: 403,
      body: { detail: "Exceed max pod limit" },
    });
  });
});

describe("images", () => {
  it("commits pods, starts from commits and deletes them", async () => {
    await using pody = await openPody(withQuota({ commit_count: 2 }));
    await pody.create("main", "pytorch:2.5");
    const commit = (tag: string) => pody.post("/pod/commit", { ins: "main", tag, msg: "saved" });
    expect((await commit("t2")).body).toEqual({
      image_name: "pody-commit:alice-t2",
      log: expect.any(String),
    });
    expect((await pody.post("/pod/commit", { ins: "main" })).body).toMatchObject({
      image_name: "pody-commit:alice",
    });
    expect(await commit("t3")).toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/^Exceed user commit limit \(2\)/) },
    });
    expect(await commit("t2")).toMatchObject({ status: 200 });
    expect(await commit("bad tag")).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("Invalid tag name") },
    });
    expect(((await pody.get("/image/list")).body as string[]).slice(0, 3)).toEqual([
      "alice",
      "alice-t2",
      "alpine:3.20",
    ]);
    expect((await pody.post("/image/inspect", { image: "alice-t2" })).body).toMatchObject({
      name: "alice-t2",
      id: expect.stringMatching(/^sha256:/),
      tags: ["pody-commit:alice-t2"],
      comment: "saved",
      exposed_ports: { "22/tcp": {}, "8000/tcp": {} },
      created: new Date(startAt).toISOString(),
    });
    expect((await pody.post("/image/inspect", { image: "alpine:3.20" })).body).toMatchObject({
      exposed_ports: "N/A",
    });
    expect(await pody.post("/image/inspect", { image: "x:y" })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("Image not found") },
    });
    expect(await pody.get("/image/inspect", { image: "alice" })).toMatchObject({ status: 405 });

    expect((await pody.create("copy", "alice-t2")).body).toMatchObject({
      info: { image: "pody-commit:alice-t2" },
    });
    expect(await pody.post("/image/delete", { image: "pytorch:2.5" })).toMatchObject({
      status: 403,
      body: { detail: "Can only delete user commit images" },
    });
    // A running pod keeps its image, without the name.
    expect(await pody.post("/image/delete", { image: "alice-t2" })).toMatchObject({ status: 200 });
    expect((await pody.inspect("copy")).body).toMatchObject({
      image: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
    });
  });

  it("forgets the image of a stopped pod, which can then not be looked at", async () => {
    await using pody = await openPody();
    await pody.create("main");
    await pody.post("/pod/commit", { ins: "main" });
    await pody.create("copy", "alice");
    await pody.act("stop", "copy");
    await pody.post("/image/delete", { image: "alice" });
    const lost = await pody.inspect("copy");
    expect(lost.status).toBe(404);
    expect(detailOf(lost)).toMatch(/\/images\/[0-9a-f]+\/json: Not Found \(".*No such image/);
    expect((await pody.get("/pod/list")).body).toEqual(["copy", "main"]);
    expect(await pody.act("start", "copy")).toMatchObject({ status: 200 });
    expect(await pody.act("delete", "copy")).toMatchObject({ status: 200 });
  });

  it("refuses every commit when their size has no limit", async () => {
    await using pody = await openPody(withQuota({ commit_size_limit: -1 }));
    await pody.create("main");
    expect(await pody.post("/pod/commit", { ins: "main" })).toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/^Container size \d+ exceeds user commit size limit/) },
    });
  });
});

describe("commands", () => {
  it("answers for the machine, on a terminal", async () => {
    await using pody = await openPody();
    await pody.create("main");
    const query = "nvidia-smi --query-gpu=index,name,memory.total --format=csv,noheader,nounits";
    expect(await pody.exec(query)).toEqual({
      exit_code: 0,
      log: "0, NVIDIA GeForce RTX 4090, 24564\r\n1, NVIDIA GeForce RTX 4090, 24564\r\n",
    });
    expect(await pody.exec("nproc")).toEqual({ exit_code: 0, log: "32\r\n" });
    expect(await pody.exec("cat /proc/meminfo | head -n 1")).toEqual({
      exit_code: 0,
      log: "MemTotal:       131072000 kB\r\n",
    });
    expect(await pody.exec("exit 7")).toEqual({ exit_code: 7, log: "" });
    expect(await pody.exec("nothing here")).toEqual({
      exit_code: 127,
      log: "bash: line 1: nothing: command not found\r\n",
    });
    expect(await pody.exec("echo (")).toMatchObject({
      exit_code: 2,
      log: expect.stringContaining("syntax error"),
    });
  });

  it.each<[string, string, number]>([
    [`echo "a  b" 'c $X' \\$ d\\ e`, "a  b c $X $ d e\n", 0],
    [`X='1  2'; echo $X "$X" \${X} \${Y:-none} \${#}`, "1 2 1  2 1 2 none 0\n", 0],
    ["X=1 env | grep -c '^X=1'; echo $X.", "1\n.\n", 0],
    ["false || echo no && echo yes", "no\nyes\n", 0],
    ["true && false; echo $?", "1\n", 0],
    ["! false && echo turned", "turned\n", 0],
    ["(cd /tmp; exit 3); echo $? $(pwd)", "3 /root\n", 0],
    ["{ echo one; echo two; } | wc -l", "2\n", 0],
    ["(echo out; echo err >&2) 2>/dev/null", "out\n", 0],
    ["(echo err >&2) 2>&1 | tr a-z A-Z", "ERR\n", 0],
    ['f=$(mktemp) && echo kept > $f && echo more >> $f; cat < "$f"; rm $f; cat $f', "kept\nmore\n", 1],
    ["printf '%s-%d\\n' a 1 b 2; printf '\\x41\\102'", "a-1\nb-2\nAB", 0],
    ["if [ -f /proc/meminfo ]; then echo here; else echo not; fi", "here\n", 0],
    ["if false; then :; elif test 2 -gt 1; then echo second; fi", "second\n", 0],
    ["for i in 1 2 3; do printf $i; done", "123", 0],
    ["printf abc | base64 | tr -d '\\n'; printf YWJj | base64 -d", "YWJjabc", 0],
    [
      `(printf 'a\\001b'; exit 5) | tr -cd '\\11\\12\\15\\40-\\176' | head -c 60000; exit \${PIPESTATUS[0]}`,
      "ab",
      5,
    ],
    ["bash -c 'echo $HOME'; exit 2", "/root\n", 2],
    [
      "mkdir -p ~/.ssh && echo key >> ~/.ssh/authorized_keys && test -d ~/.ssh && cat /root/.ssh/authorized_keys",
      "key\n",
      0,
    ],
    ["setsid nohup sleep 600 </dev/null >/dev/null 2>&1 & echo on", "on\n", 0],
    ["command -v nproc >/dev/null && echo has; command -v gcc || echo lacks", "has\nlacks\n", 0],
    ["timeout 1 sleep 5; echo $?", "124\n", 0],
    ["echo grüße # not this", "grüße\n", 0],
    ["cat <<< text; export A=b; printenv A", "text\nb\n", 0],
    ["seq 3 | tail -n 1; seq 5 | head -2; df / | tail -1 | grep -c overlay", "3\n1\n2\n1\n", 0],
  ])("runs %s", async (command, output, status) => {
    await using pody = await openPody();
    await pody.create("main");
    const { log, exit_code } = (await pody.exec(command)) as { log: string; exit_code: number };
    const text = status === 1 ? log.replace(/cat: .*\r\n$/, "") : log;
    expect([text.replaceAll("\r\n", "\n"), exit_code]).toEqual([output, status]);
  });

  it("keeps files from one call to the next, and not from one pod to the next", async () => {
    await using pody = await openPody();
    await pody.create("main");
    await pody.exec("echo 0 > /tmp/status");
    await pody.act("restart", "main");
    expect(await pody.exec("cat /tmp/status")).toMatchObject({ log: "0\r\n" });
    await pody.act("delete", "main");
    await pody.create("main");
    expect(await pody.exec("cat /tmp/status")).toMatchObject({ exit_code: 1 });
  });

  it("times out on long commands, on large output and on a read", async () => {
    await using pody = await openPody();
    await pody.create("main");
    const timeout = { exit_code: -1, log: "Timeout" };
    expect(await pody.exec("echo x", { timeout: "0" })).toEqual(timeout);
    for (const command of ["sleep 40", "seq 1 20000", "cat"]) {
      const before = pody.kit.clock.now();
      expect(await pody.exec(command)).toEqual(timeout);
      expect(pody.kit.clock.now() - before).toBe(30_000);
    }
    expect(await pody.exec("sleep 40", { timeout: "80" })).toEqual({ exit_code: 0, log: "" });
  });

  it("says why nothing can be run", async () => {
    await using pody = await openPody();
    expect(await pody.post("/pod/exec", { ins: "none", cmd: "true" })).toMatchObject({
      status: 404,
      body: { detail: "Container pd-alice-none not found" },
    });
    await pody.create("main", "alpine:3.20");
    expect(await pody.exec("true")).toMatchObject({
      exit_code: 126,
      log: expect.stringContaining("OCI runtime exec failed"),
    });
    await pody.act("stop", "main");
    expect(await pody.exec("true")).toMatchObject({
      exit_code: -1,
      log: expect.stringMatching(/^Docker API error: 409 .*is not running/),
    });
    pody.kit.event("pody", "pause", { id: "main" });
    expect(await pody.exec("true")).toMatchObject({
      exit_code: -1,
      log: expect.stringContaining("is paused"),
    });
  });

  it("hangs the whole server on bytes that are no text", async () => {
    await using pody = await openPody();
    await pody.create("main");
    const stop = new AbortController();
    const hung = pody.post("/pod/exec", { ins: "main", cmd: "printf '\\xff\\xfe'" }, { signal: stop.signal });
    await expect.poll(() => pody.kit.requests().at(-1)?.endpoint).toBe("pod.exec");
    const next = pody.get("/version", {}, { signal: stop.signal });
    await expect.poll(() => pody.kit.requests().at(-1)?.endpoint).toBe("version");
    pody.kit.clock.advance(86_400_000);
    stop.abort();
    await expect(hung).rejects.toThrow();
    await expect(next).rejects.toThrow();
    pody.kit.event("pody", "serverRestart");
    expect(await pody.get("/version")).toMatchObject({ status: 200 });
  });

  it("can be given commands of a test's own", async () => {
    await using pody = await openPody({
      exec: (command, { name }) => (command === "who" ? { exitCode: 3, output: `${name}\r\n` } : undefined),
    });
    await pody.create("main");
    expect(await pody.exec("who")).toEqual({ exit_code: 3, log: "main\r\n" });
    expect(await pody.exec("echo own")).toEqual({ exit_code: 0, log: "own\r\n" });
  });
});

describe("one call at a time", () => {
  it.each([true, false])("serial: %s, a call waits for the one before it, or does not", async (serial) => {
    await using pody = await openPody({ serial }, { slowCalls: "hold" });
    const created = pody.create("main");
    await expect.poll(() => pody.kit.requests().at(-1)?.endpoint).toBe("pod.create");
    pody.kit.clock.advance(1_000);
    await created;

    const exec = pody.exec("sleep 6");
    await expect.poll(() => pody.kit.requests().at(-1)?.endpoint).toBe("pod.exec");
    let answered = false;
    const version = pody.get("/version").then(() => {
      answered = true;
    });
    await expect.poll(() => pody.kit.requests().at(-1)?.path).toBe("/version");
    // By the time that another request has come and gone, an answer that was not held back is here.
    await fetch(`${pody.kit.urls.pody}/_emulator/clock`);
    expect(answered).toBe(!serial);
    pody.kit.clock.advance(6_000);
    await Promise.all([exec, version]);
  });

  it("waits for a process that has to be killed", async () => {
    await using pody = await openPody({ timings: { ...instant, stop: 100, start: 200, kill: 10_000 } });
    await pody.create("main", "stubborn:latest");
    const times: number[] = [];
    for (const verb of ["stop", "start", "restart"]) {
      const before = pody.kit.clock.now();
      expect(await pody.act(verb, "main")).toMatchObject({ status: 200 });
      times.push(pody.kit.clock.now() - before);
    }
    expect(times).toEqual([10_100, 200, 10_300]);
  });
});

describe("older versions", () => {
  it.each(["0.3.0", "0.3.4"])("%s answers the old routes, and says nothing", async (version) => {
    await using pody = await openPody({ version });
    await pody.create("main");
    expect((await pody.get("/pod/info", { ins: "any" }, { headers: {} })).body).toEqual({
      deprecated: expect.any(String),
      res: null,
    });
    expect(await pody.get("/host/images", {}, { headers: {} })).toMatchObject({ status: 401 });
    expect((await pody.get("/host/images")).body).toEqual({ deprecated: expect.any(String), res: null });
    expect(await pody.inspect("main")).toMatchObject({ status: 200 });
  });

  it("0.4.x has forgotten them", async () => {
    await using pody = await openPody({ version: "0.4.0" });
    expect(await pody.get("/pod/info", { ins: "x" })).toMatchObject({
      status: 404,
      body: { detail: "Not Found" },
    });
    expect(await pody.get("/host/images")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
  });

  it.each(["0.1.13", "0.2.5"])("%s has only them", async (version) => {
    await using pody = await openPody({ version });
    await pody.create("main");
    expect((await pody.get("/version")).body).toEqual(version.split(".").map(Number));
    expect(await pody.inspect("main")).toMatchObject({ status: 404, body: { detail: "Not Found" } });
    const info = (await pody.get("/pod/info", { ins: "main" })).body;
    expect(info).toMatchObject({ instance: "main", status: "running" });
    expect(info).not.toHaveProperty("shm_size");
    expect(info).not.toHaveProperty("networks");
    expect((await pody.get("/host/images")).body).toContain("pytorch:2.5");
    expect(await pody.get("/image/list")).toMatchObject({ status: 404 });
    expect(await pody.post("/pod/commit", { ins: "main" })).toMatchObject({ status: 404 });
    expect(await pody.get("/stat/cputime")).toMatchObject({ status: version === "0.2.5" ? 200 : 404 });
    // The parameter is not known yet.
    expect(await pody.exec("sleep 11", { timeout: "60" })).toEqual({ exit_code: -1, log: "Timeout" });
  });

  it("0.3.0 takes commits by their whole name only", async () => {
    await using pody = await openPody({ version: "0.3.0" });
    await pody.create("main");
    await pody.post("/pod/commit", { ins: "main" });
    expect(await pody.create("copy", "alice")).toMatchObject({ status: 400 });
    expect(await pody.create("copy", "pody-commit:alice")).toMatchObject({ status: 200 });
  });

  it("0.1.9 tells its version elsewhere, lists whole names and refuses in other words", async () => {
    await using pody = await openPody({ version: "0.1.9", prefix: "" });
    expect(await pody.get("/version")).toMatchObject({ status: 404 });
    expect((await pody.get("/status")).body).toEqual({ version: [0, 1, 9] });
    await pody.create("main");
    expect((await pody.get("/pod/list")).body).toEqual(["alice-main"]);
    expect((await pody.get("/pod/info", { ins: "main" })).body).not.toHaveProperty("instance");
    expect(await pody.create("main")).toMatchObject({
      status: 500,
      body: { detail: expect.stringMatching(/^409 Client Error .*already in use/) },
    });
    expect(await pody.create("other", "none")).toMatchObject({
      status: 403,
      body: { detail: "Image none is not allowed" },
    });
    expect((await pody.get("/user/info")).body).toMatchObject({ quota: { storage_limit: -1 } });
  });

  it("0.1.3 knows little", async () => {
    await using pody = await openPody({ version: "0.1.3", prefix: "" });
    await pody.create("main");
    expect((await pody.get("/user/info")).body).toMatchObject({
      quota: { max_pods: 8, gpu_count: 2, memory_limit: 16 },
    });
    expect((await pody.get("/host/gpu-ps")).body).toEqual({ gpu: { "0": [], "1": [] } });
    expect(Object.keys((await pody.get("/pod/info", { ins: "main" })).body as Body)).toEqual([
      "name",
      "status",
      "image",
      "port_mapping",
      "gpu_ids",
    ]);
    expect(await pody.exec("false")).toMatchObject({ exit_code: 0 });
    expect((await pody.get("/help", { path: "/pod/exec" })).body).toMatchObject([
      { params: ["ins", "cmd", "timeout"] },
    ]);
    expect(await pody.get("/host/spec")).toMatchObject({ status: 404 });
  });
});

describe("switches", () => {
  it("breaks in the ways of the server and its engine", async () => {
    await using pody = await openPody();
    pody.kit.faults.add(flag("noCapacity", "pod.create"));
    expect(await pody.create("main")).toMatchObject({ status: 403, body: { detail: "No available port" } });
    pody.kit.faults.add(flag("failCreate", "pod.create"));
    expect(await pody.create("main")).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("/containers/create?") },
    });
    pody.kit.faults.add(flag("internalError", "pod.list"));
    expect(await pody.get("/pod/list")).toMatchObject({ status: 500, text: "Internal Server Error" });
    pody.kit.faults.add(flag("networkGone", "pod.create"));
    expect(await pody.create("main")).toMatchObject({
      status: 500,
      body: { detail: "Network pody not found." },
    });
    expect(pody.kit.bill()).toEqual([]);
    pody.kit.faults.add(flag("nullInfo", "pod.create"));
    expect((await pody.create("main")).body).toEqual({ log: "", info: null });
    pody.kit.faults.add(flag("crashLoop", "pod.create"));
    expect((await pody.create("loop")).body).toMatchObject({ info: { status: "restarting" } });
    pody.kit.faults.add(flag("unknownStatus", "pod.inspect", "dreaming"));
    expect((await pody.inspect("main")).body).toMatchObject({ status: "dreaming" });
    pody.kit.faults.add(flag("unknownStatus", "pod.create"));
    expect((await pody.create("strange")).body).toMatchObject({ info: { status: "hibernating" } });
    pody.kit.faults.add(flag("execRestarting", "pod.exec"));
    expect(await pody.exec("true")).toMatchObject({
      exit_code: -1,
      log: expect.stringContaining("is restarting"),
    });
  });

  it("gives up on a silent engine after ten minutes, with a pod left behind", async () => {
    await using pody = await openPody();
    pody.kit.faults.add(flag("stuck", "pod.create"));
    expect(await pody.create("main")).toMatchObject({ status: 504, body: { detail: "Request timed out" } });
    expect(pody.kit.bill()).toMatchObject([{ id: "main", state: "created" }]);
  });

  it.each(["execTimeout", "execHuge"])("%s looks like a command that takes too long", async (name) => {
    await using pody = await openPody();
    await pody.create("main");
    pody.kit.faults.add(flag(name, "pod.exec"));
    expect(await pody.exec("true")).toEqual({ exit_code: -1, log: "Timeout" });
  });

  it("shows late, deletes late or not at all, and brings back", async () => {
    await using pody = await openPody();
    pody.kit.faults.add(flag("visibleAfterMs", "pod.create", 5000));
    expect((await pody.create("main")).body).toMatchObject({ info: null });
    expect(await pody.inspect("main")).toMatchObject({ status: 404 });
    expect((await pody.get("/pod/list")).body).toEqual([]);
    expect(await pody.create("main")).toMatchObject({ status: 409 });
    pody.kit.clock.advance(5000);
    expect(await pody.inspect("main")).toMatchObject({ status: 200 });

    pody.kit.faults.add(flag("lostDelete", "pod.delete"));
    expect(await pody.act("delete", "main")).toMatchObject({ status: 200 });
    expect(pody.kit.bill()).toHaveLength(1);
    pody.kit.faults.add(flag("delayedDeleteMs", "pod.delete", 1000));
    await pody.act("delete", "main");
    expect(pody.kit.bill()).toHaveLength(1);
    pody.kit.clock.advance(1000);
    expect(pody.kit.bill()).toEqual([]);

    await pody.create("ghost");
    pody.kit.faults.add(flag("lingerMs", "pod.delete", 2000), flag("resurrectAfterMs", "pod.delete", 9000));
    await pody.act("delete", "ghost");
    expect(pody.kit.bill()).toEqual([]);
    expect((await pody.get("/pod/list")).body).toEqual(["ghost"]);
    pody.kit.clock.advance(2000);
    expect(await pody.inspect("ghost")).toMatchObject({ status: 404 });
    pody.kit.clock.advance(7000);
    expect(pody.kit.bill()).toMatchObject([{ id: "ghost" }]);
  });
});
