import * as z from "zod";
import type { GpuVendor } from "../gpu/index.ts";

/** What a machine has. `undefined` means the cloud did not say, never 0. Memory and disk are MiB. */
export interface Hardware {
  readonly gpu?: Gpu | undefined;
  readonly vcpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly diskMiB?: number | undefined;
  readonly cpuModel?: string | undefined;
}

export interface Gpu {
  /** One id for all spellings, `h100-sxm-80gb`; `undefined` when the name does not say enough. */
  readonly id?: string | undefined;
  /** The model for people, `H100 SXM`. */
  readonly model: string;
  readonly vendor: GpuVendor | "unknown";
  readonly count: number;
  /** Memory of one GPU. */
  readonly memoryMiB?: number | undefined;
  /** As the cloud wrote it. */
  readonly providerModel: string;
}

const size = z.int().positive().optional();

export const gpuSchema = z.strictObject({
  id: z.string().optional(),
  model: z.string().min(1),
  vendor: z.custom<GpuVendor | "unknown">((value) => typeof value === "string" && value !== ""),
  count: z.int().positive(),
  memoryMiB: size,
  providerModel: z.string(),
}) satisfies z.ZodType<Gpu>;

export const hardwareSchema = z.strictObject({
  gpu: gpuSchema.optional(),
  vcpus: z.number().positive().optional(),
  memoryMiB: size,
  diskMiB: size,
  cpuModel: z.string().optional(),
}) satisfies z.ZodType<Hardware>;
