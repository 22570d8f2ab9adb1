/** The first page: what README says first, its first program, its comparison, and figures. */

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
  const readme = readFileSync(`${project}README.md`, "utf8");
  const data: FirstPage = {
    ...figures(),
    // The headline says the first half already.
    promise: (/^# .+\n+([^\n]+)/.exec(readme)?.[1] ?? "").replace(/^Async [^:`]+: what/, "What"),
    program: allPrograms()[0]!.code,
  };
  const comparison = /^## Compared with\n([^]*?)(?=^## |$(?![^]))/m.exec(readme)?.[1] ?? "";
  writeFileSync(`${pages}first-page.json`, JSON.stringify(data));
  writeFileSync(
    `${pages}index.md`,
    `---
layout: page
sidebar: false
title: coroutine-channels
titleTemplate: Async generators turned inside out
---

<FirstPage>

${comparison.trim()}

</FirstPage>
`.replace(comparison.trim(), () => withLinks("README.md", comparison.trim(), new Set())),
  );
}
