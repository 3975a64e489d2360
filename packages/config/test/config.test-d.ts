import { type ComputeProvider, type reap, secretSchema } from "@gpuport/core";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { lambda } from "@gpuport/lambda";
import { pody } from "@gpuport/pody";
import { runpod } from "@gpuport/runpod";
import { vast } from "@gpuport/vast";
import { expectTypeOf, it } from "vitest";
import { type Configuration, defineConfig, openProviders, type Providers } from "../src/index.ts";

it("takes names of adapters, and adapters", () => {
  for (const adapter of [vast, glows, pody, hpcAi, runpod, lambda, "vast", "@acme/gpuport-cloud"]) {
    expectTypeOf(openProviders).toBeCallableWith({ providers: { mine: { adapter } } });
  }
  // @ts-expect-error a function is not an adapter
  defineConfig({ providers: { mine: { adapter: () => undefined } } });
  // @ts-expect-error a provider has an adapter
  defineConfig({ providers: { mine: { apiKey: "k" } } });
});

it("checks what every provider takes, and lets the adapter's own through", () => {
  const configuration = defineConfig({
    providers: {
      market: { adapter: "vast", apiKey: "k", images: { pytorch: "p" }, defaults: { region: "EU" } },
    },
    defaults: { gpu: { model: "h100" } },
  });
  expectTypeOf(configuration).toExtend<Configuration>();
  defineConfig({
    providers: { market: { adapter: "vast" } },
    ...{ journal: { sqlite: "./launches.db" }, owner: "me", requireLease: true },
    budgets: [{ currency: "USD", maxPerHourMicros: 5_000_000 }],
  });
  // @ts-expect-error one journal for all
  defineConfig({ providers: {}, journal: { sqlite: "./launches.db", postgres: "postgres://h/d" } });
  // @ts-expect-error there is no such journal
  defineConfig({ providers: {}, journal: { redis: "r" } });
  // @ts-expect-error images are names of images
  defineConfig({ providers: { market: { adapter: "vast", images: { pytorch: 2 } } } });
  // @ts-expect-error a key is one launch's own
  defineConfig({ providers: { market: { adapter: "vast" } }, defaults: { key: "k" } });
  // @ts-expect-error there is no such thing
  defineConfig({ provider: {} });
});

it("opens providers", () => {
  expectTypeOf(openProviders).returns.resolves.toEqualTypeOf<Providers>();
  expectTypeOf<Providers["get"]>().toEqualTypeOf<(name: string) => ComputeProvider>();
  expectTypeOf<Providers>().toExtend<Iterable<ComputeProvider>>();
  expectTypeOf<Parameters<typeof reap>[1]>().toEqualTypeOf<Providers["journal"]>();
  void openProviders("gpuport.yaml", {
    providers: { market: { adapter: vast, apiKey: secretSchema.parse("k") } },
  });
  // @ts-expect-error an environment is of strings
  void openProviders("gpuport.yaml", { env: { PORT: 1 } });
});
