import type { Answer } from "../kit/types.ts";
import { asObject, fail, type Members } from "./answers.ts";
import { wantedPorts } from "./ports.ts";
import { readVolumeWish, type VolumeWish } from "./volumes.ts";

/** What a create asks for, read from its body. */
export interface Terms {
  readonly image: string;
  readonly label: string | null;
  readonly diskGb: number;
  readonly bid: number | undefined;
  readonly runtype: string;
  readonly env: readonly (readonly [string, string])[];
  readonly onstart: string | null;
  readonly args: readonly string[];
  readonly target: "running" | "stopped";
  readonly cancelUnavailable: boolean;
  readonly vm: boolean;
  readonly templateId: number | null;
  readonly templateHash: string | null;
  readonly volume: VolumeWish | undefined;
}

interface Refused {
  readonly refusal: Answer;
}

const runtypes = new Set([
  "ssh",
  "jupyter",
  "args",
  "ssh_proxy",
  "ssh_direct",
  "ssh_direc",
  "jupyter_proxy",
  "jupyter_direct",
  "jupyter_direc",
]);

/** Checks a create body as far as published sources say it is checked. */
export function readTerms(body: Members): Terms | Refused {
  const templateId = typeof body["template_id"] === "number" ? body["template_id"] : null;
  const templateHash = text(body["template_hash_id"]) ?? null;
  const image =
    text(body["image"]) ??
    ((templateHash ?? templateId) ? "vastai/base-image:@vastai-automatic-tag" : undefined);
  if (image === undefined || image === "") return invalid("image is required unless a template is named");
  if (image.length > 1024) return invalid("image is longer than 1024 characters");

  const label = text(body["label"]) ?? null;
  if (label !== null && label.length > 256) return invalid("label is longer than 256 characters");

  const disk = body["disk"] ?? 8;
  if (typeof disk !== "number" || !(disk >= 8)) return invalid("disk must be at least 8 GB");

  const price = body["price"] ?? undefined;
  if (price !== undefined && (typeof price !== "number" || !(price >= 0.001 && price <= 128))) {
    return { refusal: fail(400, "invalid_price", "price must be between 0.001 and 128.") };
  }

  const env = readEnvironment(body["env"]);
  if (typeof env === "string") return invalid(env);

  const args = Array.isArray(body["args"])
    ? body["args"].map(String)
    : (text(body["args_str"])?.split(" ") ?? []);
  const runtype = text(body["runtype"]) ?? (args.length > 0 ? "args" : "ssh");
  if (!runtype.split(" ").every((word) => runtypes.has(word))) return invalid(`unknown runtype ${runtype}`);

  const onstart = text(body["onstart"]) ?? null;
  if (onstart !== null && onstart.length > 16_384) return invalid("onstart is longer than 16 KB");

  const target = body["target_state"] ?? "running";
  if (target !== "running" && target !== "stopped") return invalid("target_state must be running or stopped");

  const volume = readVolumeWish(body["volume_info"]);
  if (typeof volume === "string") return invalid(volume);

  const cancel = body["cancel_unavail"];
  return {
    image,
    label,
    diskGb: disk,
    bid: price,
    runtype,
    env,
    onstart,
    args,
    target,
    cancelUnavailable: typeof cancel === "boolean" ? cancel : price === undefined && target === "running",
    vm: body["vm"] === true,
    templateId,
    templateHash,
    volume,
  };
}

function invalid(message: string): Refused {
  return { refusal: fail(400, "invalid_args", `error 400/3467: Invalid args: ${message}`) };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Pairs, or what is wrong. A string of docker flags is taken and has no effect. */
function readEnvironment(value: unknown): readonly (readonly [string, string])[] | string {
  if (value === undefined || value === null || typeof value === "string") return [];
  const object = asObject(value);
  if (object === undefined) return "env must be an object";
  const env = Object.entries(object).map(([name, inner]) => [name, String(inner)] as const);
  if (env.some(([, inner]) => inner.length > 256)) return "an env value is longer than 256 characters";
  if (JSON.stringify(object).length > 32_768) return "env is larger than 32768 characters";
  if (wantedPorts(env).length > 64) return "more than 64 ports";
  return env;
}
