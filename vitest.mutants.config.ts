/**
 * For `npm run test:mutants`, which runs the tests hundreds of times. Most mutants that are caught
 * are caught by a call that waits for ever: a short timeout, and the end at the first failure.
 */

import { defineConfig } from "vitest/config";

import ordinary from "./vitest.config.ts";

export default defineConfig({
  ...ordinary,
  test: {
    ...ordinary.test,
    bail: 1,
    testTimeout: 500,
    // Not those that start programs, nor those that repeat what others show.
    include: [
      "test/*.test.ts",
      "test/!(node)/**/*.test.ts",
      "test/node/{adapters/*,events}.test.ts",
    ],
    exclude: ["test/docs.test.ts", "test/link/{suites,bodies}.test.ts", "test/inspect/node/**"],
    env: { TEST_SCOPE: "part" },
    execArgv: [], // Stryker's runner uses threads, which take no --expose-gc
    reporters: [],
  },
});
