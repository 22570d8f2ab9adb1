/** The first page: what README says first, its first program, what only this library has, and figures. */

import { readFileSync, writeFileSync } from "node:fs";

import { type Figures, figures } from "./figures.ts";
import { pages, project } from "./folders.ts";
import { withLinks } from "./links.ts";
import { allPrograms } from "./programs.ts";

export interface FirstPage extends Figures {
  /** Marked up with backticks, as README's first sentence is. */
  readonly promise: string;
  readonly program: string;
}

export function writeFirstPage(): void {
  const promise = found("README.md", /^# .+\n+([^\n]+)/);
  const data: FirstPage = {
    ...figures(),
    // The headline says the first half already.
    promise: promise.replace(/^Async [^:`]+: what/, "What"),
    program: allPrograms()[0]!.code,
  };
  writeFileSync(`${pages}first-page.json`, JSON.stringify(data));

  const comparison = "docs/comparison.md";
  const unique = found(comparison, /^## What only this library has\n([^]*?)(?=^## |$(?![^]))/m);
  writeFileSync(
    `${pages}index.md`,
    `---
layout: page
sidebar: false
title: coroutine-channels
titleTemplate: Async generators turned inside out
---

<FirstPage>

${withLinks(comparison, unique.trim(), new Set())}

</FirstPage>
`,
  );
}

/** What a document says in some place, without which the first page would have a hole. */
function found(file: string, place: RegExp): string {
  const text = place.exec(readFileSync(project + file, "utf8"))?.[1];
  if (text === undefined) throw new Error(`${file} has nothing for the first page at ${place}`);
  return text;
}
