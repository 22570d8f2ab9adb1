/**
 * Lets a test file run once more with other ends: `import "../oracle/oracle.test.ts?far"`. The test files that it imports
 * run with them, too.
 *
 * - `?far`: the bodies are on the other side of a session, by reference.
 * - `?over`: on the other side of the transport that the test file has chosen; to settle is to wait for what is under way there.
 * - `?body`: near; but as far ones have to be, each server end is that of a body.
 */

import type { Plugin } from "vite";

import { root } from "../../scripts/project.ts";

/** What a file gets in place of another. */
const instead: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "?far": { "src/index.ts": "test/link/far-library.ts" },
  "?body": {
    "src/index.ts": "test/link/body-library.ts",
    "test/link/deviations.ts": "test/link/deviations-of-bodies.ts",
    "test/support/scope.ts": "test/support/smaller-scope.ts",
  },
  "?over": {
    "src/index.ts": "test/node/link/library-over.ts",
    "test/link/by-reference.ts": "test/node/link/ends-over.ts",
    "test/link/deviations.ts": "test/node/link/deviations-over.ts",
    "test/support/scope.ts": "test/support/smaller-scope.ts",
    "test/support/settled.ts": "test/node/link/settled-over.ts",
  },
};

export function far(): Plugin {
  return {
    name: "far",
    enforce: "pre",
    async resolveId(source, importer = "") {
      const way = Object.keys(instead).find((suffix) => importer.endsWith(suffix));
      if (way === undefined) return null;
      const [file] = importer.split("?");
      const [wanted = ""] = source.split("?");
      const resolved = await this.resolve(wanted, file, { skipSelf: true });
      const path = resolved?.id.startsWith(root) ? resolved.id.slice(root.length) : "";
      const other = instead[way]?.[path];
      if (other !== undefined) return root + other;
      return /^test\/.*\.ts$/.test(path) ? root + path + way : resolved;
    },
  };
}
