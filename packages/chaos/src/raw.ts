import type { CloudName, Emulator } from "@gpuport/emulator";

/** One request, as a program without a library writes it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
}

/** One cloud's API, as somebody writes it down from its reference in an afternoon. */
export interface RawCloud {
  readonly headers: (emulator: Emulator) => Readonly<Record<string, string>>;
  readonly create: (ask: (call: Call) => Promise<unknown>, name: string) => Promise<string>;
  readonly remove: (id: string) => Call;
}

export const raw: Readonly<Record<CloudName, RawCloud>> = {
  vast: {
    headers: ({ credentials }) => ({ authorization: `Bearer ${credentials.vast.apiKey}` }),
    async create(ask, label) {
      const filter = {
        gpu_name: { in: ["RTX 4090"] },
        num_gpus: { eq: 1 },
        rentable: { eq: true },
        limit: 10,
      };
      const { offers } = (await ask({ method: "POST", path: "/api/v0/bundles/", json: filter })) as {
        readonly offers: readonly { readonly id: number }[];
      };
      const json = {
        client_id: "me",
        image: "example/trainer:2.1",
        label,
        disk: 20,
        runtype: "ssh_direc ssh_proxy",
      };
      const path = `/api/v0/asks/${offers[0]?.id}/`;
      const answer = (await ask({ method: "PUT", path, json })) as { readonly new_contract?: number };
      return said(answer.new_contract);
    },
    remove: (id) => ({ method: "DELETE", path: `/api/v0/instances/${id}/`, json: {} }),
  },
  glows: {
    headers: ({ credentials }) => ({ authorization: `Bearer ${credentials.glows.token}` }),
    async create(ask) {
      const json = {
        ...{ from_image_id: "img-4x7mz2va", gpu_name: "NVIDIA GeForce RTX 4090", region_name: "TW-03" },
        // Required, and made up for each call, because nobody says what it is good for.
        ...{ instance_category: "container", custom_meta_key: crypto.randomUUID() },
      };
      const answer = (await ask({ method: "POST", path: "/sdk/v1/instance", json })) as {
        readonly instance?: { readonly instanceID?: string };
      };
      return said(answer.instance?.instanceID);
    },
    remove: (id) => ({ method: "DELETE", path: `/sdk/v1/instance?request_id=${id}` }),
  },
  pody: {
    headers: ({ credentials: { pody } }) => ({
      authorization: `Basic ${btoa(`${pody.username}:${pody.password}`)}`,
    }),
    async create(ask, name) {
      await ask({ method: "POST", path: `/pod/create?ins=${name}&image=ubuntu-cuda%3A12.4` });
      return name;
    },
    remove: (id) => ({ method: "POST", path: `/pod/delete?ins=${id}` }),
  },
  "hpc-ai": {
    headers: ({ credentials }) => ({ "x-api-key": credentials["hpc-ai"].apiKey }),
    async create(ask, name) {
      const json = {
        ...{ name, imageId: "2d7c1a90-0b7e-4c55-9d1f-6a2b3c4d5e01", isSpotInstance: false },
        instanceTypeId: "7e41c2b8-93d4-4f6a-a0c5-1b2d3e4f5a01",
        region: "b1f6a0d2-5c1e-4d0f-8a51-3f0c1d2e4a01",
        ...{ billing: { chargeMode: "perHour", duration: 1 }, remoteStorages: [], nodePorts: [] },
        instanceConfiguration: {
          ...{ enableCommonData: false, enableDocker: false, dockerStorageSize: 0, extraDataDiskSizeDB: 0 },
          initScript: "",
        },
      };
      const answer = (await ask({ method: "POST", path: "/instance/create", json })) as {
        readonly instanceId?: string;
      };
      return said(answer.instanceId);
    },
    remove: (instanceId) => ({ method: "POST", path: "/instance/terminate", json: { instanceId } }),
  },
  runpod: {
    headers: ({ credentials }) => ({
      // What says nothing of itself is turned away before the cloud sees it.
      ...{ authorization: `Bearer ${credentials.runpod.apiKey}`, "user-agent": "afternoon/1" },
    }),
    async create(ask, name) {
      const json = {
        ...{ name, image: "runpod/base:1.0.0-ubuntu2204", cloud: "SECURE", disk: 20 },
        gpu: { id: "NVIDIA GeForce RTX 4090", count: 1 },
      };
      const answer = (await ask({ method: "POST", path: "/v2/pods", json })) as { readonly id?: string };
      return said(answer.id);
    },
    remove: (id) => ({ method: "DELETE", path: `/v2/pods/${id}` }),
  },
  lambda: {
    headers: ({ credentials }) => ({ authorization: `Bearer ${credentials.lambda.apiKey}` }),
    async create(ask, name) {
      const key = { name: crypto.randomUUID(), public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHn3" };
      await ask({ method: "POST", path: "/ssh-keys", json: key });
      const json = {
        ...{ name, region_name: "us-east-1", instance_type_name: "gpu_1x_a10" },
        ssh_key_names: [key.name],
      };
      const { data } = (await ask({ method: "POST", path: "/instance-operations/launch", json })) as {
        readonly data?: { readonly instance_ids?: readonly string[] };
      };
      return said(data?.instance_ids?.[0]);
    },
    remove: (id) => ({
      method: "POST",
      path: "/instance-operations/terminate",
      json: { instance_ids: [id] },
    }),
  },
};

function said(id: string | number | undefined): string {
  if (id === undefined) throw new Error("the answer names no machine");
  return String(id);
}
