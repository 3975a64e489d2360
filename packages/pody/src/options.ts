import { baseUrlSchema, type LaunchRequest, refuse, secretSchema } from "@gpuport/core";
import * as z from "zod";

/** Pody reads credentials as ASCII: a password with other letters can be set there, and then never logs in. */
const ascii = /^[\x20-\x7e]+$/;
const asciiRule = "must be ASCII: Pody reads nothing else";

const size = z.int().positive().optional();

const gpuSchema = z.strictObject({
  model: z.string().trim().min(1).describe("Any spelling, `RTX 4090` or `NVIDIA GeForce RTX 4090`"),
  count: z.int().positive().default(1).describe("GPUs of the machine"),
  memoryMiB: size.describe("Memory of one GPU"),
});

export const optionsSchema = z.strictObject({
  baseUrl: baseUrlSchema({ plainHttp: true }).describe("Address of the server, `http://lab:8799`"),
  username: z
    .string()
    .min(1)
    .regex(ascii, asciiRule)
    .regex(/^[^:]*$/, "must not contain a colon")
    .describe("The account on the server"),
  password: secretSchema.refine((secret) => ascii.test(secret.reveal()), asciiRule).describe("Its password"),
  publicHost: z
    .union([z.hostname(), z.ipv4(), z.ipv6()])
    .optional()
    .describe("Where the pods' ports are reached; the host of `baseUrl` when left out"),
  sshUser: z.string().min(1).default("root").describe("Whom the images' ssh servers let in"),
  hardware: z
    .strictObject({ gpu: gpuSchema.optional(), vcpus: size, memoryMiB: size, diskMiB: size })
    .optional()
    .describe("What the machine has, which Pody does not tell: needed to ask for a GPU in a launch"),
});

/** What a user may configure, besides what every provider takes. */
export type PodyOptions = z.input<typeof optionsSchema>;

/** One word: the server takes it apart at hyphens, and the container engine refuses letters of other alphabets. */
const podName = /^[A-Za-z](?:[A-Za-z0-9_]{0,18}[A-Za-z0-9])?$/;
const podNameRule =
  "must be 1 to 20 letters, digits and underscores, beginning with a letter and not ending with an underscore";

export const launchOptionsSchema = z.strictObject({
  ins: z
    .string()
    .regex(podName, podNameRule)
    .optional()
    .describe("The pod's name, instead of the request's `name`"),
  image: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe("As the server lists it, with its tag; without one it is a commit of your own"),
});

/** What goes under `providerOptions.pody` in a launch. */
export type PodyLaunchOptions = z.input<typeof launchOptionsSchema>;

/** What goes under `providerOptions.pody` of a snapshot. */
export const snapshotOptionsSchema = z.strictObject({
  msg: z.string().optional().describe("A comment that the image keeps"),
});
export type PodySnapshotOptions = z.input<typeof snapshotOptionsSchema>;

/** Pody's own limits: a name that it takes, and one thing to start from. */
export function checkLaunch({ name, image, snapshot }: LaunchRequest, options: PodyLaunchOptions): void {
  if (name !== undefined && !podName.test(name)) refuse("name", podNameRule);
  // Saying the same thing twice is one thing too many: one of them would be dropped without a word.
  if (name !== undefined && options.ins !== undefined && name !== options.ins) {
    refuse("name", "differs from providerOptions.pody.ins, and a pod has one name");
  }
  if (image !== undefined && options.image !== undefined && image !== options.image) {
    refuse("image", "differs from providerOptions.pody.image, and a pod has one image");
  }
  const named = options.image ?? image;
  if (snapshot !== undefined && named !== undefined && snapshot !== named) {
    refuse("snapshot", "stands beside an image, and a pod starts from one of them");
  }
  if (snapshot === undefined && named === undefined) refuse("image", "pody needs image or snapshot");
}

/** A password that can be used to log in once it has been set. */
export function checkPassword(password: string): void {
  if (!ascii.test(password)) refuse("password", asciiRule);
}
