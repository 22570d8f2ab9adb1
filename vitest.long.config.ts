/** For `npm run test:long`: the tests that could try any number of cases try all they can. */

import { defineConfig } from "vitest/config";

import { far } from "./test/support/far-plugin.ts";
import ordinary from "./vitest.config.ts";

export default defineConfig({
  ...ordinary,
  plugins: [far(1)],
  test: {
    ...ordinary.test,
    include: [
      "test/{spec,gaps,differential,link,node/link}/**/*.test.ts",
      "test/{races,flow/compositions,flow/law,node/leaks,inspect/node/leaks}.test.ts",
    ],
    testTimeout: 900_000,
    env: { TEST_SCOPE: "long" },
  },
});
