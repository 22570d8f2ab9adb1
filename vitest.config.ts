import { coverageConfigDefaults, defineConfig } from "vitest/config";

import { entryPoints } from "./scripts/entry-points.ts";
import { root } from "./scripts/project.ts";
import { doctest } from "./test/support/doctest-plugin.ts";
import { excludedFiles, lacking, type Runtime } from "./test/support/exclusions.ts";
import { far } from "./test/support/far-plugin.ts";
import { SummaryReporter } from "./test/support/summary-reporter.ts";
import { systemBrowser } from "./test/support/system-browser.ts";

/** Set by scripts/everywhere.ts: the browser that the tests run in instead of this process. */
const browser = process.env["TEST_BROWSER"];

function runtime(): Runtime {
  if (browser) return "browser";
  if ("Deno" in globalThis) return "deno";
  if ("Bun" in globalThis) return "bun";
  return Number.parseInt(process.versions.node) < 24 ? "older node" : "node";
}

export default defineConfig({
  plugins: [doctest(runtime()), far()],
  resolve: {
    alias: entryPoints().map(({ name, source }) => ({
      find: new RegExp(`^${name}$`),
      replacement: root + source,
    })),
  },
  // An example that Vite would find only when it runs, and then load every page anew.
  optimizeDeps: { include: ["@nats-io/transport-node"] },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: excludedFiles(runtime()),
    // The same tests once more, with every channel watched.
    setupFiles: process.env["TEST_WATCHED"] ? ["src/inspect.ts"] : [],
    execArgv: ["--expose-gc"],
    // One for each core: vitest leaves one idle.
    maxWorkers: "100%",
    // Far beyond what any test takes: only what hangs is stopped.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", new SummaryReporter(lacking(runtime()))],
    coverage: { include: ["src/**"], exclude: coverageConfigDefaults.exclude },
    ...(browser && {
      browser: {
        enabled: true,
        provider: systemBrowser(),
        instances: [{ browser }],
        screenshotFailures: false,
      },
    }),
  },
});
