/** What the compiler says: to every program in the documentation, since running strips types unread, and to a wrong name. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { entryPoints } from "../../scripts/entry-points.ts";
import { root, runTool } from "../../scripts/project.ts";
import { documentedPrograms } from "../support/doctest-plugin.ts";

/**
 * Compiles programs, by the path of each, that import the package.
 *
 * @param options Of the compiler, besides this project's.
 * @throws what the compiler says, if it is anything.
 */
function compile(programs: ReadonlyMap<string, string>, options: object = {}): void {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  try {
    for (const [file, code] of programs) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
    }
    const compilerOptions = {
      paths: Object.fromEntries(entryPoints().map(({ name, source }) => [name, [root + source]])),
      typeRoots: [`${root}node_modules/@types`],
      noUnusedLocals: false, // an example may name what it does not go on to use
      ...options,
    };
    const config = { extends: `${root}tsconfig.json`, compilerOptions, include: ["**/*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    runTool("tsc", ["-p", folder, "--pretty", "false"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the documentation's programs compile", { timeout: 30_000 }, () => {
  const programs = documentedPrograms().map(({ file, line, code }): [string, string] => [
    join(file, `${line}.ts`),
    // Empty lines first, so that an error's line number is the document's.
    "\n".repeat(line - 1) + code,
  ]);
  expect(() => compile(new Map(programs))).not.toThrow();
});

test("a wrong name of a far service is told with those that there are", { timeout: 30_000 }, () => {
  const code = `
    import type { Server, Writer } from "coroutine-channels";
    import type { Session } from "coroutine-channels/link";
    interface Services {
      search(server: Server<string>): void;
      talk(server: Server<string>): void;
      numbers(writer: Writer<number>): void;
    }
    export const open = (session: Session<Services>) => session.client("serch");
  `;
  expect(() => compile(new Map([["wrong.ts", code]]))).toThrow('"search" | "talk"');
});

test(
  "the types of far services hold for users of no more than `strict`, too",
  { timeout: 30_000 },
  () => {
    const code = readFileSync(`${root}test/types/far.ts`, "utf8");
    expect(() =>
      compile(new Map([["far.ts", code]]), { exactOptionalPropertyTypes: false }),
    ).not.toThrow();
  },
);
