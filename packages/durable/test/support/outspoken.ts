// A program that prints whatever it gets hold of, and dies of an error that it does not catch.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import type { CloudName, EmulatorAddress } from "./clouds.ts";
import { collected } from "./lanes.ts";
import { openSecretly } from "./open-secretly.ts";
import { secretRequests } from "./sentinels.ts";

const { cloud, emulator } = JSON.parse(readFileSync(0, "utf8")) as {
  readonly cloud: CloudName;
  readonly emulator: EmulatorAddress;
};
const provider = openSecretly(cloud, emulator, {});
console.log(provider, inspect(provider, { depth: 9, showHidden: true }));
console.log(await collected(provider.list()).catch((error: unknown) => error));
await provider.launch(secretRequests[cloud], { timeoutMs: 1_000 });
