/** The project's documents as the site's pages: the same text, with links that lead to other pages. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, posix } from "node:path";

import { filesBelow } from "../../../scripts/files.ts";
import { benchmarkPictures } from "./benchmark.ts";
import { pages, project, site } from "./folders.ts";
import { addressOf, ELSEWHERE, pageOfSource, withLinks } from "./links.ts";
import { titleOf } from "./programs.ts";

export interface Page {
  /** From the project's folder: `docs/semantics.md`. */
  readonly source: string;
  /** From the site's: `docs/semantics.md`. */
  readonly path: string;
  readonly title: string;
}

export function allPages(): Page[] {
  const sources = [
    ...Object.keys(ELSEWHERE).filter((file) => existsSync(project + file)),
    ...filesBelow("docs", ".md"),
  ];
  return sources.map((source) => ({
    source,
    path: ELSEWHERE[source] ?? source,
    title: titleOf(read(source)),
  }));
}

/** Writes all pages, and one for each source file that they lead to. */
export function writePages(): void {
  rmSync(pages, { recursive: true, force: true });
  cpSync(`${site}start`, pages, { recursive: true });
  const wanted = new Set<string>();
  for (const { source, path } of allPages()) {
    const more = source === "bench/README.md" ? benchmarkPictures() : "";
    write(path, withLinks(source, read(source), wanted) + more);
  }
  for (const file of filesBelow("examples", ".ts")) wanted.add(file);
  // A folder's page leads to its files, and so on.
  for (const path of wanted) writeSource(path, wanted);
  write("examples.md", listOfExamples());
}

function read(file: string): string {
  return readFileSync(project + file, "utf8");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(pages + path), { recursive: true });
  writeFileSync(pages + path, text);
}

/** The page of a source file, or the list of a folder's files. */
function writeSource(path: string, wanted: Set<string>): void {
  const page = pageOfSource(path);
  if (path.endsWith(".md")) {
    write(page, withLinks(path, read(path), wanted));
  } else if (!statSync(project + path).isDirectory()) {
    const language = posix.extname(path).slice(1) || "sh";
    const code = `\`\`\`\`${language}\n${read(path)}\`\`\`\`\n`;
    write(page, `---\naside: false\n---\n\n# ${path}\n\n${code}`);
  } else {
    const files = filesBelow(path, "").filter((file) => /\.(ts|mjs|json|md)$/.test(file));
    const rows = files.map(
      (file) => `- [\`${file}\`](${addressOf(file, wanted)}) ${firstComment(file)}`,
    );
    write(page, `# ${path}\n\n${rows.join("\n")}\n`);
  }
}

function listOfExamples(): string {
  const rows = filesBelow("examples", ".ts").map((file) => {
    const name = file.replace(/^examples\/(.+)\.ts$/, "$1").replaceAll("-", " ");
    return `| [${name}](/${pageOfSource(file)}) | ${firstComment(file).replaceAll("|", "\\|")} |`;
  });
  return `# Examples\n\nEach is a whole program. Those that need no Node run in the playground, by the button at their code.\n\n| | |\n| --- | --- |\n${rows.join("\n")}\n`;
}

/** What a file says of itself first. */
function firstComment(file: string): string {
  const [comment = ""] = /^(?:(?:\/\/ .*\n)+|\/\*\*[^]*?\*\/)/.exec(read(file)) ?? [];
  return comment
    .replaceAll(/^\s*(?:\/\*\*|\*\/|\*|\/\/)|\*\/$/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
