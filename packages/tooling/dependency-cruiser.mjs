// The architecture, as a check. What is not an adapter is named here; every other package is held to an adapter's rules.
const notAdapters =
  "core|config|create-gpuport-adapter|emulator|conformance|chaos|durable|examples|mutants|bench|testkit|tooling|journal-[^/]+";
const adapterSource = `^packages/(?!(?:${notAdapters})/)([^/]+)/src/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "core-is-a-leaf",
      comment: "Arrows point at core, and core points at nobody.",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "^packages/(?!core/)" },
    },
    {
      name: "adapters-know-core-and-zod-only",
      severity: "error",
      from: { path: adapterSource },
      to: { pathNot: ["^packages/$1/src/", "^packages/core/src/index.ts$", "node_modules/zod/"] },
    },
    {
      name: "the-template-is-an-adapter",
      severity: "error",
      from: { path: "^packages/create-gpuport-adapter/template/src/" },
      to: {
        pathNot: [
          "^packages/create-gpuport-adapter/template/src/",
          "^packages/core/src/index.ts$",
          "node_modules/zod/",
        ],
      },
    },
    {
      name: "adapter-tests-know-no-other-adapter",
      severity: "error",
      from: { path: `^packages/(?!(?:${notAdapters})/)([^/]+)/test/` },
      to: { path: "^packages/", pathNot: "^packages/($1|core|conformance|emulator|testkit)/" },
    },
    {
      name: "only-config-knows-tsyringe",
      severity: "error",
      from: { pathNot: "^packages/config/" },
      to: { path: "node_modules/(tsyringe|reflect-metadata)/" },
    },
    {
      name: "config-loads-adapters-on-demand",
      comment: "Naming an adapter in a static import would load it for everybody.",
      severity: "error",
      from: { path: "^packages/config/src/" },
      to: { path: `^packages/(?!(?:${notAdapters})/)`, dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "emulator-shares-nothing",
      comment: "A schema or table shared with an adapter would let one mistake hide another.",
      severity: "error",
      from: { path: "^packages/emulator/src/" },
      to: { path: ["^packages/(?!emulator/)", "node_modules/"] },
    },
    {
      name: "conformance-knows-the-interface-only",
      severity: "error",
      from: { path: "^packages/conformance/src/" },
      to: { path: "^packages/", pathNot: ["^packages/conformance/", "^packages/core/src/index.ts$"] },
    },
    {
      name: "through-the-front-door",
      comment: "Packages reach each other by what they export.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: ["^packages/$1/", "^packages/[^/]+/src/(index|setup)\\.ts$"],
      },
    },
    {
      name: "no-development-dependencies-in-what-ships",
      severity: "error",
      from: { path: "^packages/(?!(?:chaos|durable|examples|mutants|bench|testkit|tooling)/)[^/]+/src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "type-only"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage|fixtures)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@gpuport/source", "import", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".d.ts"],
    },
  },
};
