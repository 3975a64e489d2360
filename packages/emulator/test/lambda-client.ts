import { startClouds } from "../src/kit/start.ts";
import { createLambda, type LambdaCredentials, type LambdaSettings } from "../src/lambda/cloud.ts";

export type Body = Readonly<Record<string, unknown>>;

export const startAt = 1_800_000_000_000;
export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHhlbGxv laptop";

export const order: Body = {
  region_name: "us-east-1",
  instance_type_name: "gpu_1x_a10",
  ssh_key_names: ["laptop"],
  name: "cp-7f3a9c21d0b4",
  tags: [{ key: "gpuport-launch", value: "7f3a9c21d0b4" }],
};

/** A program that talks to the emulated Lambda over HTTP; its ssh key is in the account. */
export async function openLambda(settings: Partial<LambdaSettings> = {}) {
  const kit = await startClouds<{ lambda: LambdaCredentials }>(
    { lambda: (context) => createLambda(context, settings) },
    { clock: "manual", startAt },
  );
  kit.event("lambda", "key", { account: "emulator", name: "laptop", publicKey });

  async function send(method: string, path: string, body?: unknown, authorization?: string) {
    const response = await fetch(`${kit.urls.lambda}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        authorization: authorization ?? `Bearer ${kit.credentials.lambda.apiKey}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = parse(text);
    return {
      status: response.status,
      text,
      body: parsed,
      data: parsed["data"],
      code: (parsed["error"] as Body | undefined)?.["code"],
    };
  }

  const launch = (more: Body = {}) => send("POST", "/instance-operations/launch", { ...order, ...more });
  const get = (id: string) => send("GET", `/instances/${id}`);

  return {
    kit,
    send,
    launch,
    get,
    async rent(more: Body = {}): Promise<string> {
      const { data, text } = await launch(more);
      const [id] = (data as { instance_ids?: readonly string[] } | undefined)?.instance_ids ?? [];
      if (id === undefined) throw new Error(`nothing was rented: ${text}`);
      return id;
    },
    row: async (id: string) => ((await get(id)).data ?? {}) as Body,
    rows: async () => ((await send("GET", "/instances")).data ?? []) as readonly Body[],
    terminate: (...instance_ids: string[]) =>
      send("POST", "/instance-operations/terminate", { instance_ids }),
    restart: (...instance_ids: string[]) => send("POST", "/instance-operations/restart", { instance_ids }),
    pass: (ms: number) => kit.clock.advance(ms),
    [Symbol.asyncDispose]: kit.close,
  };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

export const flag = (name: string, endpoint: string, value: string | number | boolean = true) =>
  ({ cloud: "lambda", endpoint, fault: "flag", flag: name, value, times: 1 }) as const;
