/** What the playground's programs run with: the built library in one file, and what starts them. */

import { mkdirSync, writeFileSync } from "node:fs";

import { type OutputOptions, rolldown } from "rolldown";

import type { Entry, Modules } from "../playground/messages.ts";
import { pages, project, site } from "./folders.ts";
import { allPrograms, browserEntryPoints } from "./programs.ts";

export async function writePlayground(): Promise<void> {
  const folder = `${pages}public/playground/`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}modules.json`, JSON.stringify(await modules()));
  writeFileSync(`${folder}programs.json`, JSON.stringify(allPrograms()));
}

async function modules(): Promise<Modules> {
  const entries: Record<string, Entry> = {};
  for (const { name, stem } of browserEntryPoints()) {
    const { exports } = await bundle(`export * from "${project}dist/${stem}.js";`);
    entries[name] = { stem, exports };
  }
  const lines = browserEntryPoints().map(
    ({ stem }) => `export * as ${stem} from "${project}dist/${stem}.js";`,
  );
  const { code: library } = await bundle(lines.join("\n"));
  // No module: Chromium starts none as a worker in a frame without an origin.
  const { code: boot } = await bundle(`import "${site}playground/boot.ts";`, {
    format: "iife",
    minify: true,
  });
  return { boot, library: `${library}\n//# sourceURL=coroutine-channels.js`, entries };
}

async function bundle(
  program: string,
  options: OutputOptions = {},
): Promise<{ code: string; exports: string[] }> {
  const input = `${site}bundle-of-this.js`; // a module that exists in memory only
  const build = await rolldown({
    input,
    platform: "browser",
    external: /^node:/,
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === input ? id : null),
        load: (id) => (id === input ? program : null),
      },
    ],
  });
  const { output } = await build.generate({ ...options, codeSplitting: false });
  await build.close();
  return output[0];
}
