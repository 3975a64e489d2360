import { expectTypeOf } from "vitest";
import { myCloud, myCloudRaw } from "../src/index.ts";
import type { Machine } from "../src/wire.ts";

// Checked by the compiler, never run.
const provider = myCloud();
expectTypeOf(provider.power.stop).toBeFunction();
expectTypeOf(provider.offers.search).toBeFunction();
expectTypeOf(myCloudRaw).returns.toEqualTypeOf<Machine | undefined>();

// @ts-expect-error it has no volumes
provider.volumes;
// @ts-expect-error an option with a typing mistake
myCloud({ baseURL: "https://api.test" });
