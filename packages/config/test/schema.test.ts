// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references, not templates
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateConfigurationSchema } from "../src/index.ts";
import { parseYaml } from "../src/yaml.ts";
import { validate } from "./validate.ts";

const schema: unknown = JSON.parse(readFileSync(new URL("../schema.json", import.meta.url), "utf8"));
const inYaml = (text: string): readonly string[] => validate(schema, parseYaml(text).content);

describe("schema.json", () => {
  it("is what the adapters say today (`pnpm generate` makes it anew)", async () => {
    expect(schema).toEqual(await generateConfigurationSchema());
  });

  it("takes a configuration of every cloud", () => {
    const text = `
$schema: ./node_modules/@gpuport/config/schema.json
journal: { sqlite: ./launches.db }
owner: trainers
requireLease: true
budgets: [{ currency: USD, maxPerHourMicros: 5000000 }, { provider: market, currency: USD, maxPerHourMicros: 1 }]
defaults: { minDiskMiB: 65536, env: { HF_TOKEN: \${HF_TOKEN} } }
providers:
  market:   { adapter: vast, apiKey: \${VAST_API_KEY}, images: { pytorch: "pytorch/pytorch:2.4.0" } }
  test:     { adapter: vast, apiKey: k, baseUrl: \${VAST_URL}, endpoints: { instance.list: { timeoutMs: 5000 } } }
  taiwan:   { adapter: glows, token: \${GLOWS_TOKEN}, defaults: { region: TW-04 }, images: { pytorch: img-87p9kq26 } }
  lab:      { adapter: pody, baseUrl: "http://lab:8799", username: alice, password: \${PODY_PASSWORD} }
  lab-two:  { adapter: pody, username: \${PODY_USERNAME}, publicHost: \${LAB_HOST} }
  reserved: { adapter: hpc-ai, username: \${HPC_AI_USERNAME}, password: \${HPC_AI_PASSWORD}, facts: { bills: { stopped: storage } } }
  mine:     { adapter: "@acme/gpuport-cloud", token: \${ACME_TOKEN}, anything: [1, 2] }
`;
    expect(inYaml(text)).toEqual([]);
  });

  it.each(["memory", "{ sqlite: ${FILE} }", "{ postgres: ${DATABASE_URL} }"])(
    "takes the journal %s",
    (journal) => {
      expect(inYaml(`providers: { a: { adapter: vast } }\njournal: ${journal}`)).toEqual([]);
    },
  );

  it.each([
    ["providers: {}", ["providers: too few"]],
    ["providers: { a: { adapter: vast } }\njournal: { sqllite: a }", ["journal: none of the alternatives"]],
    [
      "providers: { a: { adapter: vast } }\nbudgets: [{ currency: USD }]",
      ["budgets: 0: maxPerHourMicros is missing"],
    ],
    ["provider: {}", ["providers is missing", "provider: nothing may be here"]],
    ["providers: { a: { apiKey: k } }", ["providers: a: adapter is missing"]],
    ["providers: { a: { adapter: vast, apikey: k } }", ["providers: a: apikey: nothing may be here"]],
    ["providers: { a: { adapter: vast, token: k } }", ["providers: a: token: nothing may be here"]],
    ["providers: { a: { adapter: glows, token: 5 } }", ["providers: a: token: not string"]],
    ["providers: { a: { adapter: glows, name: b } }", ["providers: a: name: nothing may be here"]],
    [
      "providers: { a: { adapter: vast, endpoints: { instance.lst: {} } } }",
      ["providers: a: endpoints: instance.lst: nothing may be here"],
    ],
    [
      "providers: { a: { adapter: pody, statuses: { up: { status: runing } } } }",
      ["providers: a: statuses: up: status: none of the alternatives"],
    ],
    [
      "providers: { a: { adapter: pody, defaults: { key: once } } }",
      ["providers: a: defaults: key: nothing may be here"],
    ],
  ])("refuses %s", (text, problems) => {
    expect(inYaml(text)).toEqual(problems);
  });
});
