/**
 * Lets a test file run once more with other ends: `import "../oracle/oracle.test.ts?far"`. The test files that it imports
 * run with them, too.
 *
 * - `?far`: the bodies are on the other side of a session, by reference.
 * - `?over`: on the other side of the transport that the test file has chosen; to settle is to wait for what is under way there.
 *   Of the many suites, each run takes a sample, whose seed it prints; `TEST_SEED` gives the same again, and `npm run test:long` takes all.
 * - `?body`: near; but as far ones have to be, each server end is that of a body.
 */

import { createHash, randomInt } from "node:crypto";

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

/** What imports the suites of which a sample is taken, and what it gets in place of one that is not in it. */
const all = "test/link/suites.test.ts";
const nothing = "\0nothing";

/** @param every Every how manieth suite is in the sample. */
export function far(every = 6): Plugin {
  const seed = process.env["TEST_SEED"] ?? String(randomInt(2 ** 31));
  const isChosen = (path: string): boolean =>
    !path.endsWith(".test.ts") ||
    createHash("sha1")
      .update(seed + path)
      .digest()
      .readUInt32BE() %
      every ===
      0;
  let told = every === 1;
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
      if (way === "?over" && file === root + all) {
        if (!told) console.info(`Over real transports: a sample of suites, TEST_SEED=${seed}`);
        told = true;
        if (!isChosen(path)) return nothing;
      }
      return /^test\/.*\.ts$/.test(path) ? root + path + way : resolved;
    },
    load: (id) => (id === nothing ? "" : null),
  };
}
