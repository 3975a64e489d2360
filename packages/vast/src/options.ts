import { baseUrlSchema, secretSchema } from "@gpuport/core";
import * as z from "zod";
import { limits } from "./limits.ts";

const operators = ["eq", "neq", "gt", "gte", "lt", "lte", "in", "notin"] as const;
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** One field of an offer search: `{ gte: 0.98 }`. */
const filterSchema = z.partialRecord(z.enum(operators), z.union([scalar, z.array(scalar)]).optional());

/** Filters of an offer search, by Vast.ai's names for the fields. */
export type Filters = Readonly<Record<string, z.output<typeof filterSchema>>>;

export const optionsSchema = z.strictObject({
  apiKey: secretSchema.describe(
    "Key with the permissions misc, instance_read and instance_write; user_read and user_write for ssh keys",
  ),
  baseUrl: baseUrlSchema().default("https://console.vast.ai").describe("Where the API is, without /api"),
  offerFilters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/), filterSchema.nullable())
    .default({})
    .describe(
      "Filters for every offer search, by Vast.ai's field names and units; null lifts one of the standard filters (verified hosts only, no external markets)",
    ),
});

/** What `vast({...})` takes besides the options of every adapter. */
export type VastOptions = z.input<typeof optionsSchema>;

const runtypeWords = "(ssh|jupyter)(_proxy|_direct|_direc)?";

/** `providerOptions.vast` of a launch request: what Vast.ai has and other clouds have not, by Vast.ai's names. */
export const launchOptionsSchema = z.strictObject({
  runtype: z
    .string()
    .regex(new RegExp(`^(args|${runtypeWords}( ${runtypeWords})*)$`), "must be a runtype of Vast.ai")
    .optional()
    .describe("How the container is entered: `ssh_direc ssh_proxy` when left out, `args` with a command"),
  template_hash_id: z.string().min(1).optional().describe("Template to start from; stands in for an image"),
  template_id: z.int().positive().optional().describe("Template to start from, by its number"),
  onstart: z
    .string()
    .min(1)
    .optional()
    .describe("In args mode the program that replaces the entrypoint; otherwise use `startup`"),
  args: z.array(z.string()).optional().describe("In args mode: replaces the image's arguments"),
  args_str: z.string().min(1).optional().describe("In args mode: the same as one text"),
  env: z
    .record(z.string().startsWith("-"), z.string())
    .optional()
    .describe('Docker flags, such as { "-h trainer": "1" }; variables and ports have fields of their own'),
  price: z
    .number()
    .min(0.001)
    .max(128)
    .optional()
    .describe("The bid of a spot launch in dollars per hour for its GPUs, instead of maxPerHourMicros"),
  image_login: secretSchema
    .optional()
    .describe("For a private registry: `-u user -p password registry.example`"),
  user: z.string().min(1).optional().describe("User in the container; breaks some images"),
  vm: z.boolean().optional().describe("A virtual machine; the account must have an ssh key"),
  use_jupyter_lab: z.boolean().optional().describe("JupyterLab instead of the notebook, in a jupyter mode"),
  jupyter_dir: z.string().min(1).optional().describe("Directory that Jupyter opens"),
  python_utf8: z.boolean().optional().describe("Sets the language of Python to C.UTF-8"),
  lang_utf8: z.boolean().optional().describe("Installs and sets a UTF-8 locale; needs a Debian image"),
  cancel_unavail: z
    .boolean()
    .optional()
    .describe(
      "false keeps a machine that cannot start now, stopped and billing its disk; true when left out",
    ),
  volume_info: z
    .strictObject({
      create_new: z.boolean().describe("true: volume_id is a volume offer; false: a volume of yours"),
      volume_id: z.int().positive(),
      size: z.number().positive().optional().describe("GB, for a new volume"),
      mount_path: z.string().startsWith("/"),
      name: z.string().regex(limits.volumeName).optional(),
    })
    .optional()
    .describe("A volume to mount; it must be on the machine of the offer"),
});

export type LaunchOptions = z.output<typeof launchOptionsSchema>;

/** `providerOptions.vast` of `snapshots.create`: the registry that the disk is pushed to. */
export const snapshotOptionsSchema = z.strictObject({
  container_registry: z.string().min(1).describe("Host of the registry: `docker.io`"),
  personal_repo: z.string().min(1).describe("Repository in it: `someone/trainer`"),
  docker_login_user: z.string().min(1),
  docker_login_pass: secretSchema,
  pause: z.boolean().default(true).describe("Pauses the machine meanwhile, so that its files fit together"),
});
