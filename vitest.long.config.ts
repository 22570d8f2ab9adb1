/** For `npm run test:long`: all that the tests can try, and what takes minutes. */

import { defineConfig } from "vitest/config";

import ordinary from "./vitest.config.ts";

export default defineConfig({
  ...ordinary,
  test: {
    ...ordinary.test,
    include: ["test/{spec,gaps,differential,long,link,node/link}/**/*.test.ts"],
    testTimeout: 900_000,
    env: { TEST_SCOPE: "long" },
  },
});
