/** Where the site has what the project's documents link to. */

import { existsSync, statSync } from "node:fs";
import { posix } from "node:path";

import { project } from "./folders.ts";

/** Documents outside docs/, and where they go. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "README.md": "introduction.md",
  "bench/README.md": "benchmark.md",
  "CHANGELOG.md": "changelog.md",
  "CONTRIBUTING.md": "contributing.md",
  "SECURITY.md": "security.md",
};

const LINK = /(\]\(|^\[[^\]]+\]: *)(?!#|[a-z]+:)([^)#\s]+)(#[^)\s]*)?/g;

/** Makes the relative links of a document absolute ones of the site. */
export function withLinks(source: string, text: string, wanted: Set<string>): string {
  let inCode = false;
  const rewrite = (whole: string, before: string, target: string, anchor = "") => {
    if (target.startsWith("/")) return whole;
    const path = posix.normalize(posix.join(posix.dirname(source), target)).replace(/\/$/, "");
    return before + addressOf(path, wanted) + anchor;
  };
  return text
    .split("\n")
    .map((line) => {
      if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
      return inCode ? line : line.replaceAll(LINK, rewrite);
    })
    .join("\n");
}

/** What is not there gets the address that it would have: the checks of the built site report it. */
export function addressOf(path: string, wanted: Set<string>): string {
  if (ELSEWHERE[path] !== undefined) return `/${ELSEWHERE[path]}`;
  if (path.startsWith("docs/")) return `/${path}`;
  if (existsSync(project + path)) wanted.add(path);
  return `/${pageOfSource(path)}`;
}

export function pageOfSource(path: string): string {
  if (path.endsWith(".md")) return `source/${path}`;
  const folder = statSync(project + path, { throwIfNoEntry: false })?.isDirectory();
  return folder ? `source/${path}/index.md` : `source/${path}.md`;
}
