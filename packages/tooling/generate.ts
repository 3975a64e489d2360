// Writes what is derived from the adapters: the configuration's JSON Schema, and the table of endpoints in the docs. With
// `--check` it writes nothing and fails when something is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateConfigurationSchema } from "@gpuport/config";
import type { Endpoint } from "@gpuport/core";
import { glows } from "@gpuport/glows";
import { hpcAi } from "@gpuport/hpc-ai";
import { lambda } from "@gpuport/lambda";
import { pody } from "@gpuport/pody";
import { runpod } from "@gpuport/runpod";
import { vast } from "@gpuport/vast";

const root = join(import.meta.dirname, "../..");

function endpointsPage(): string {
  const sections = [vast, glows, pody, hpcAi, runpod, lambda].map(({ id, tables, facts }) => {
    const rows = Object.entries<Endpoint>(tables.endpoints).map(
      ([name, { method, path, evidence, limit }]) => {
        const rate = limit === undefined ? "" : `${limit.calls} in ${limit.perMs / 1000} s`;
        return `| \`${name}\` | \`${method} ${path}\` | ${evidence} | ${rate} |`;
      },
    );
    const { rateLimit } = facts;
    const all = rateLimit && `All calls together: ${rateLimit.calls} in ${rateLimit.perMs / 1000} s.`;
    return [
      `## ${id}`,
      "",
      ...(all === undefined ? [] : [all, ""]),
      "| endpoint | request | evidence | limit |",
      "| --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `# Endpoints

Generated from the adapters' tables by \`pnpm generate\`. Each row can be overridden by configuration, under \`endpoints\`.
\`live\`: seen to work on the live cloud by somebody; \`recorded\`: kept as a recording; \`documented\`: printed by the vendor;
\`inferred\`: concluded from these.

${sections.join("\n\n")}
`;
}

const outputs: Readonly<Record<string, string>> = {
  "docs/endpoints.md": endpointsPage(),
  "packages/config/schema.json": `${JSON.stringify(await generateConfigurationSchema(), null, 2)}\n`,
};

const check = process.argv.includes("--check");
for (const [path, text] of Object.entries(outputs)) {
  const file = join(root, path);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.error(`${path} is stale: run pnpm generate`);
    process.exitCode = 1;
  }
}
