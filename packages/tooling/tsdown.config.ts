import { join } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

const config: UserConfig = defineConfig({
  cwd: join(import.meta.dirname, "../.."),
  workspace: {
    include: ["packages/*"],
    exclude: ["packages/{testkit,tooling,examples,chaos,durable,mutants}"],
  },
  entry: "src/{index,cli}.ts",
  format: "esm",
  platform: "node",
  target: "es2023",
  dts: true,
  sourcemap: true,
  fixedExtension: false,
  failOnWarn: false,
  publint: { strict: true, level: "warning" },
  attw: { profile: "esm-only", level: "error" },
});

export default config;
