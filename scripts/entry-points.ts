/** The package's entry points, as its exports map lists them: nothing else names them. */

import { readFileSync } from "node:fs";

export interface EntryPoint {
  /** What users import: `coroutine-channels`, `coroutine-channels/web`. */
  readonly name: string;
  /** What its files are called: `index`, `web`. */
  readonly stem: string;
  /** From the project's folder: `src/index.ts`. */
  readonly source: string;
  /** What it is compiled with: `tsconfig.web.json`. */
  readonly settings: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
}

export function entryPoints(): EntryPoint[] {
  const url = new URL("../package.json", import.meta.url);
  const manifest = JSON.parse(readFileSync(url, "utf8")) as Manifest;
  const entries: EntryPoint[] = [];
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue; // package.json itself
    const stem = /^\.\/dist\/(.+)\.js$/.exec(target.default)?.[1];
    if (stem === undefined || target.types !== `./dist/${stem}.d.ts`) {
      throw new Error(`The exports map must lead to ./dist/*.js with types next to it: ${subpath}`);
    }
    entries.push({
      name: manifest.name + subpath.slice(1),
      stem,
      source: `src/${stem}.ts`,
      settings: `tsconfig.${stem === "index" ? "build" : stem}.json`,
    });
  }
  return entries;
}
