/**
 * Makes the documentation's programs importable: `virtual:doctest` lists them, and each is a module
 * of its own. test/docs.test.ts runs them, in browsers too.
 */

import { globSync, readFileSync } from "node:fs";
import { relative, sep } from "node:path";

import type { Plugin } from "vite";

import { root } from "../../scripts/project.ts";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";

const LIST = "virtual:doctest";

/** The folder that the programs seem to be in: `doctest/README.md/12.ts` begins at line 12 of README.md. */
const FOLDER = `${root}doctest/`;

const documents = ["README.md", "docs/**/*.md", "src/**/*.ts"];
const notOurs = (path: string) => /(^|\/)node_modules(\/|$)/.test(path);

export function documentedPrograms(): CodeBlock[] {
  return globSync(documents, { cwd: root })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => !notOurs(path))
    .toSorted()
    .flatMap((path) => codeBlocks(path, readFileSync(root + path, "utf8")));
}

export function doctest(): Plugin {
  const idOf = ({ file, line }: CodeBlock) => `${FOLDER}${file}/${line}.ts`;
  const programs = new Map(documentedPrograms().map((block) => [idOf(block), block]));

  function list(): string {
    const rows = [...programs].map(([id, { file, line, broken, expected }]) => {
      const facts = JSON.stringify({ name: `${file}:${line}`, broken, expected });
      return `{ ...${facts}, run: () => import(${JSON.stringify(id)}) }`;
    });
    return `export const programs = [${rows.join(",\n")}];`;
  }

  return {
    name: "doctest",
    enforce: "pre",
    resolveId(id) {
      if (id === LIST) return `\0${LIST}`;
      // A browser asks with the path as it stands in a URL, from the project's folder on.
      const path = id.startsWith("/doctest/") ? root + id.slice(1) : id;
      return programs.has(path) ? path : null;
    },
    load(id) {
      if (id === `\0${LIST}`) return list();
      const program = programs.get(id);
      // Empty lines first, so that an error's line number is the document's.
      return program ? "\n".repeat(program.line - 1) + program.code : null;
    },
    configureServer({ watcher, restart }) {
      watcher.on("change", (path) => {
        const file = relative(root, path);
        if (file.endsWith(".md")) void restart();
      });
    },
  };
}
