/** Every program that the project shows, for the playground's list and for the test of it. */

import { existsSync, readFileSync } from "node:fs";

import { entryPoints } from "../../../scripts/entry-points.ts";
import { filesBelow } from "../../../scripts/files.ts";
import { codeBlocks } from "../../../test/support/code-blocks.ts";
import { project } from "./folders.ts";

export interface Program {
  /** What the list groups it under: the title of its page. */
  readonly group: string;
  readonly title: string;
  /** `README.md:12`, `examples/agent.ts`. */
  readonly place: string;
  readonly code: string;
  /** The lines that it prints. */
  readonly expected: readonly string[];
  /** Shown to be wrong: it need not come to an end. */
  readonly broken: boolean;
}

/** Entry points that need what no browser has. */
const ELSEWHERE = ["node", "socket", "nats"];

/** The entry points that the playground's programs may import. */
export function browserEntryPoints(): { readonly name: string; readonly stem: string }[] {
  return entryPoints().filter(({ stem }) => !ELSEWHERE.includes(stem));
}

/** Whether a program imports nothing that the playground does not have. */
function runsInBrowser(code: string): boolean {
  const known = new Set(browserEntryPoints().map(({ name }) => name));
  const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)];
  return (
    imports.every(([, name]) => known.has(name!)) &&
    !/\bprocess\b|\bnew Worker\(|\blive\(/.test(code)
  );
}

export function titleOf(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll(/[`*]/g, "") ?? "";
}

/** The programs that run in a browser: the pages' first, then the examples, then those of the API. */
export function allPrograms(): Program[] {
  const documents = ["README.md", ...filesBelow("docs", ".md")];
  return [
    ...documents.flatMap(programsOfPage),
    ...filesBelow("examples", ".ts").map(programOfExample),
    ...filesBelow("src", ".ts").flatMap(programsOfSource),
  ].filter(({ code }) => runsInBrowser(code));
}

function programsOfPage(file: string): Program[] {
  if (!existsSync(project + file)) return [];
  const text = readFileSync(project + file, "utf8");
  const lines = text.split("\n");
  return codeBlocks(file, text).map((block) => ({
    group: titleOf(text),
    title: headingAbove(lines, block.line),
    place: `${file}:${block.line}`,
    ...shown(block),
  }));
}

function headingAbove(lines: readonly string[], line: number): string {
  const above = lines.slice(0, line).findLast((text) => /^#{1,4} /.test(text)) ?? "";
  return above.replace(/^#+ /, "").replaceAll(/[`*]/g, "");
}

function programOfExample(file: string): Program {
  const text = readFileSync(project + file, "utf8");
  const [, body = text, output = ""] = /^([^]*?)\n\/\/ Prints:\n([^]*)$/.exec(text) ?? [];
  return {
    group: "Examples",
    title: `${file.replace(/^examples\/(.+)\.ts$/, "$1").replaceAll("-", " ")}`,
    place: file,
    code: `${body.trimEnd()}\n`,
    expected: output
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\/\/ ?/, "")),
    broken: file.includes("broken"),
  };
}

function programsOfSource(file: string): Program[] {
  const text = readFileSync(project + file, "utf8");
  const lines = text.split("\n");
  return codeBlocks(file, text).map((block) => ({
    group: "API",
    title: documentedName(lines, block.line) ?? file,
    place: `${file}:${block.line}`,
    ...shown(block),
  }));
}

/** What the doc comment that holds a line is about: the first name after it. */
function documentedName(lines: readonly string[], line: number): string | undefined {
  const end = lines.findIndex((text, index) => index >= line && text.includes("*/"));
  const words = lines.slice(end + 1, end + 3).join(" ");
  return /^\s*(?:(?:export|declare|abstract|static|readonly|async|function|class|interface|type|const|get)\s+)*([\w$]+)/.exec(
    words,
  )?.[1];
}

function shown({ code, expected, broken }: Pick<Program, "code" | "expected" | "broken">) {
  return { code: `${code.trimEnd()}\n`, expected, broken };
}
