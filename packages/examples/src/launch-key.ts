// A launch with a key can be asked for again: it is the same machine, never a second one.
//   node --conditions=@gpuport/source packages/examples/src/launch-key.ts
import { isComputeError } from "@gpuport/core";
import { withClouds } from "./clouds.ts";

await withClouds(async (providers) => {
  const market = providers.get("market");
  const request = { key: "training-42", gpu: { model: "RTX 4090" }, image: "pytorch" };
  const first = await market.launch(request);
  try {
    const again = await market.launch(request);
    console.log(`asked twice: ${first.id} and ${again.id} are one machine`);
    await market.launch({ ...request, gpu: { model: "H100" } });
  } catch (error) {
    if (!isComputeError(error, "conflict")) throw error;
    console.log(`another request under the same key: ${error.code}`);
  } finally {
    await market.terminate(first.id);
  }
});
