/** What has to be said twice is said alike: the version, the entry points, the scripts. */

import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { entryPoints } from "../../scripts/entry-points.ts";
import { root } from "../../scripts/project.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
}

const read = (file: string) => readFileSync(root + file, "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;

describe("the project", () => {
  test("explains its version in the changelog", () => {
    expect(read("CHANGELOG.md")).toContain(`\n## ${manifest.version}\n`);
  });

  test("gives JSR the same version and entry points as npm", () => {
    const jsr = JSON.parse(read("jsr.json")) as { version: string; exports: object };
    expect(jsr.version).toBe(manifest.version);
    const exports = entryPoints().map(({ name, source }) => [
      name.replace(manifest.name, "."),
      `./${source}`,
    ]);
    expect(jsr.exports).toEqual(Object.fromEntries(exports));
  });

  test("tells contributors of every script", () => {
    const named = read("CONTRIBUTING.md");
    const untold = Object.keys(manifest.scripts).filter(
      (name) => name !== "prepack" && !new RegExp(`npm (?:run )?${name}\\b`).test(named),
    );
    expect(untold).toEqual([]);
  });

  test("does the same at a host as .ci/run does", () => {
    expect(read(".github/workflows/ci.yml")).toContain("- run: bash .ci/run");
  });
});
