/** Finds the programs in a Markdown document, or in the doc comments of a source file. */

export interface CodeBlock {
  readonly file: string;
  /** Where its first line of code is. */
  readonly line: number;
  readonly code: string;
  /** Shown to be wrong: it need not come to an end. */
  readonly broken: boolean;
  /** What it prints, as its `// => ...` comments say. */
  readonly expected: readonly string[];
}

// Each of these would be a program that nobody runs.
const UNTESTED = /^(?:ts .*|typescript\b.*|js\b.*|javascript\b.*|mjs\b.*|tsx\b.*)$/;

export function codeBlocks(file: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split(/\r?\n/).map(file.endsWith(".md") ? (line) => line : commentText);
  let fence: { indent: string; marks: string; info: string; line: number } | undefined;
  let code: string[] = [];

  for (const [index, line] of lines.entries()) {
    const [, indent = "", marks = "", info = ""] =
      /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? [];
    if (!fence) {
      if (marks) fence = { indent, marks, info, line: index + 2 };
      code = [];
    } else if (marks.startsWith(fence.marks) && info === "") {
      if (isProgram(fence.info, `${file}:${fence.line}`)) {
        blocks.push({
          file,
          line: fence.line,
          code: code.join("\n"),
          broken: fence.info === "ts broken",
          expected: code.flatMap(expectation),
        });
      }
      fence = undefined;
    } else {
      code.push(line.startsWith(fence.indent) ? line.slice(fence.indent.length) : line.trimStart());
    }
  }
  if (fence) throw new Error(`${file}:${fence.line}: This code block has no end`);
  return blocks;
}

function isProgram(info: string, place: string): boolean {
  if (info === "ts" || info === "ts broken") return true;
  if (UNTESTED.test(info)) {
    throw new Error(`${place}: Write "ts" or "ts broken", which are tested, instead of: ${info}`);
  }
  return false;
}

/** What a line of a source file says if it is one of a doc comment. */
function commentText(line: string): string {
  return /^\s*\*(?!\/) ?(.*)$/.exec(line)?.[1] ?? "";
}

function expectation(line: string): string[] {
  const text = /\/\/ =>(?: (.*))?$/.exec(line);
  return text ? [text[1] ?? ""] : [];
}
