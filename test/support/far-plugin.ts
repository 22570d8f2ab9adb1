/**
 * Lets a test file run once more, with far ends in place of near ones: `import "../oracle/oracle.test.ts?far"`. What it imports
 * of the library comes of `test/link/far-library.ts`, and so it is for the test files that it imports.
 */

import type { Plugin } from "vite";

import { root } from "../../scripts/project.ts";

const FAR = "?far";
const near = `${root}src/index.ts`;
const library = `${root}test/link/far-library.ts`;

export function far(): Plugin {
  return {
    name: "far",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!importer?.endsWith(FAR)) return null;
      const resolved = await this.resolve(source, importer.slice(0, -FAR.length), {
        skipSelf: true,
      });
      if (resolved?.id === near) return library;
      return resolved?.id.startsWith(`${root}test/`) && resolved.id.endsWith(".ts")
        ? resolved.id + FAR
        : resolved;
    },
  };
}
