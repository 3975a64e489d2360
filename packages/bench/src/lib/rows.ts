// Machines as the clouds show them, in the size that they have there; made of a number, so nobody needs a fixture.

/** About 0.8 kB, as the SDK reference prints it. */
export function glowsMachine(id: string) {
  return {
    instanceID: id,
    category: "container",
    status: "Running",
    priceCent: 130,
    hardware: {
      gpuName: "NVIDIA GeForce RTX 4090",
      cpuName: "Intel(R) Xeon(R) Platinum 8352V CPU @ 2.10GHz",
      ...{ gpuNum: 2, gpuRamMB: 24_564, cpuCoresNum: 20, ramMB: 86_016, diskGB: 100 },
    },
    baseImage: { imageID: "img-bbbb2222", imageName: "Ubuntu22.04 CUDA12.6 Torch2.5.1" },
    baseSnap: null,
    sshCred: { user: "root", password: "hunter2hunter2" },
    accesses: [
      { protocol: "ssh", listenPort: 22, url: "ssh://tw-05.access.glows.ai:23022" },
      { protocol: "http", listenPort: 8888, url: "https://tw-05.access.glows.ai:23088/lab?token=sesame" },
    ],
    domain: 0,
    createTime: { seconds: 1_760_000_000 },
    ...{ cmd: "", envs: "MODE=train;SEED=7", remark: "trainer-a", metaKey: "", sourceType: "SourceSDK" },
    netEndpointInfos: null,
    regionName: "TW-04",
  };
}

const read = {
  ...{ actual_status: "running", intended_status: "running", cur_state: "running", next_state: "running" },
  status_msg: "success, running pytorch/pytorch_2.4.0-cuda12.4-cudnn9-runtime/ssh",
  ...{ gpu_name: "RTX 4090", num_gpus: 1, gpu_ram: 24_564, cpu_name: "AMD EPYC 7B13 64-Core Processor" },
  ...{ cpu_cores: 128, cpu_cores_effective: 16, cpu_ram: 515_639, disk_space: 64 },
  ...{ dph_total: 0.4123, storage_total_cost: 0.0123, is_bid: false, geolocation: "Sweden, SE" },
  ...{ image_uuid: "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime", image_runtype: "ssh_direc ssh_proxy" },
  ...{ start_date: 1_760_000_000.5, end_date: 1_790_000_000, public_ipaddr: "203.0.113.7\n" },
  ...{ ssh_host: "ssh5.vast.ai", ssh_port: 31_022 },
  ports: {
    "22/tcp": [
      { HostIp: "0.0.0.0", HostPort: "40122" },
      { HostIp: "::", HostPort: "40122" },
    ],
    "8080/tcp": [{ HostIp: "0.0.0.0", HostPort: "40180" }],
  },
};

/** The cloud's record has 107 members and 2.8 kB; what nobody reads is still sent and parsed. */
const unread = Object.fromEntries(
  Array.from({ length: 78 }, (_, index) => [
    `member_${index}`,
    [index * 1.0625, "a text of some length", null, true][index % 4],
  ]),
);

export function vastMachine(id: number) {
  return { id, machine_id: 10_000 + id, label: `trainer-${id}`, ...read, ...unread };
}

export function hpcAiMachine(id: number) {
  return {
    instanceMetadata: { instanceId: `notebook-${id}`, instanceName: `train-${id}`, instanceUsername: "root" },
    instanceRuntimeInfo: { status: "Running", phase: "Running", diagnosisReason: "", diagnosisMessage: "" },
    instanceSpecInfo: {
      regionInfo: { sshAddress: "ssh.region-one.test", regionName: "region-one" },
      nodePorts: [
        { port: 22, nodePort: 31_022 },
        { port: 8080, nodePort: 31_080 },
      ],
    },
  };
}

/** A server of OpenStack's compute service, which pkgcloud and libcloud both read. */
export function novaServer(id: number) {
  return {
    id: `f5dc173b-6804-445a-a6d8-${String(id).padStart(12, "0")}`,
    ...{ name: `trainer-${id}`, status: "ACTIVE", tenant_id: "40f0c0f0", user_id: "5ff9ecde", metadata: {} },
    ...{
      created: "2026-01-31T12:00:00Z",
      updated: "2026-01-31T12:01:00Z",
      hostId: "e4d909c290d0fb1ca068ffaddf",
    },
    links: [{ rel: "self", href: `http://nova.test/v2/servers/${id}` }],
    addresses: {
      private: [{ "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:9e:89:be", version: 4, addr: "192.0.2.12" }],
      public: [{ "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:9e:89:bf", version: 4, addr: "203.0.113.12" }],
    },
    flavor: { id: "gpu.rtx4090.1", links: [] },
    image: { id: "70a599e0-31e7-49b7-b260-868f441e862b", links: [] },
    ...{
      key_name: null,
      progress: 0,
      accessIPv4: "203.0.113.12",
      accessIPv6: "",
      config_drive: "",
    },
    ...{ "OS-DCF:diskConfig": "AUTO", "OS-EXT-STS:task_state": null, "OS-EXT-STS:vm_state": "active" },
    ...{ "OS-EXT-STS:power_state": 1, "OS-EXT-AZ:availability_zone": "nova", security_groups: [] },
  };
}
