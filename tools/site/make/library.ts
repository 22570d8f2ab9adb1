/** What the playground's programs run with: the built library, file by file, and what starts them. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";

import { rolldown } from "rolldown";

import { IMPORTED_FILE, type LibraryFile, type Modules } from "../playground/messages.ts";
import { pages, project, site } from "./folders.ts";
import { allPrograms, browserEntryPoints } from "./programs.ts";

export async function writePlayground(): Promise<void> {
  const folder = `${pages}public/playground/`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}modules.json`, JSON.stringify(await modules()));
  writeFileSync(`${folder}programs.json`, JSON.stringify(allPrograms()));
}

async function modules(): Promise<Modules> {
  const entries = browserEntryPoints().map(({ name, stem }) => [name, `dist/${stem}.js`] as const);
  return {
    boot: await boot(),
    library: filesOf(entries.map(([, path]) => path)),
    entries: Object.fromEntries(entries),
  };
}

/** The files that some files need, and these themselves, each behind all that it imports. */
function filesOf(paths: readonly string[]): LibraryFile[] {
  const found = new Map<string, string>();
  function visit(path: string): void {
    if (found.has(path)) return;
    const text = readFileSync(project + path, "utf8").replace(
      /\n\/\/# sourceMappingURL=.*\n?$/,
      "\n",
    );
    for (const [, , target = ""] of text.matchAll(IMPORTED_FILE)) {
      visit(posix.join(posix.dirname(path), target));
    }
    found.set(path, text);
  }
  for (const path of paths) visit(path);
  return Array.from(found, ([path, text]) => ({ path, text }));
}

/** In one file, and no module: Chromium starts none as a worker in a frame without an origin. */
async function boot(): Promise<string> {
  const build = await rolldown({ input: `${site}playground/boot.ts`, platform: "browser" });
  const { output } = await build.generate({ format: "iife", minify: true, codeSplitting: false });
  await build.close();
  return output[0].code;
}
