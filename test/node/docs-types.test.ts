/** Every program in the documentation compiles, the broken ones too: running strips types unread. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { entryPoints } from "../../scripts/entry-points.ts";
import { root, runTool } from "../../scripts/project.ts";
import { documentedPrograms } from "../support/doctest-plugin.ts";

test("the documentation's programs compile", { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "documentation-"));
  try {
    for (const { file, line, code } of documentedPrograms()) {
      const path = join(folder, file, `${line}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      // Empty lines first, so that an error's line number is the document's.
      writeFileSync(path, "\n".repeat(line - 1) + code);
    }
    const compilerOptions = {
      paths: Object.fromEntries(entryPoints().map(({ name, source }) => [name, [root + source]])),
      typeRoots: [`${root}node_modules/@types`],
      noUnusedLocals: false, // an example may name what it does not go on to use
    };
    const config = { extends: `${root}tsconfig.json`, compilerOptions, include: ["**/*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    expect(() => runTool("tsc", ["-p", folder, "--pretty", "false"])).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
