/**
 * Makes the documentation's programs importable: `virtual:doctest` lists them, and each is a module
 * of its own. test/docs.test.ts runs them, in browsers too.
 */

import { existsSync, readFileSync } from "node:fs";

import type { Plugin } from "vite";

import { filesBelow } from "../../scripts/files.ts";
import { root } from "../../scripts/project.ts";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";
import type { Runtime } from "./exclusions.ts";

const LIST = "virtual:doctest";

/** The folder that the programs seem to be in: `doctest/README.md/12.ts` begins at line 12 of README.md. */
const FOLDER = `${root}doctest/`;

function documents(): string[] {
  const pages = existsSync(`${root}docs`) ? filesBelow("docs", ".md") : [];
  return [
    ...["README.md"].filter((file) => existsSync(root + file)),
    ...pages,
    ...filesBelow("src", ".ts"),
  ];
}

export function documentedPrograms(): CodeBlock[] {
  return documents().flatMap((path) => codeBlocks(path, readFileSync(root + path, "utf8")));
}

/** Whether a program can run in Node, and in runtimes that have its modules, only. */
function needsNode({ code }: CodeBlock): boolean {
  return /\bfrom "(?:node:[^"]+|coroutine-channels\/node)"/.test(code);
}

export function doctest(runtime: Runtime): Plugin {
  const idOf = ({ file, line }: CodeBlock) => `${FOLDER}${file}/${line}.ts`;
  const here = documentedPrograms().filter((block) => runtime !== "browser" || !needsNode(block));
  const programs = new Map(here.map((block) => [idOf(block), block]));

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
  };
}
