// The same code on another cloud: the name in the configuration is all that changes.
//   node --conditions=@gpuport/source packages/examples/src/switch-provider.ts taiwan
import { withClouds } from "./clouds.ts";

const name = process.argv[2] ?? "market";

await withClouds(async (providers) => {
  const provider = providers.get(name);
  const { id } = await provider.launch({ gpu: { model: "RTX 4090" }, image: "pytorch" });
  try {
    const { status, access } = await provider.waitFor(id, "running");
    console.log(`${name} (${provider.adapter}): ${id} is ${status}, ssh at ${access.ssh[0]?.host}`);
  } finally {
    const { evidence } = await provider.terminate(id);
    console.log(`${id} is gone: ${evidence}`);
  }
});
