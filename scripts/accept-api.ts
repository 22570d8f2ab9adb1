/**
 * `npm run api`: accepts the public surface as it is now; the change to api/*.txt is for review. jsr.json gets the same
 * version and entry points.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { publicSurfaces } from "./declarations.ts";
import { entryPoints } from "./entry-points.ts";
import { root, runTool } from "./project.ts";

rmSync(`${root}api`, { recursive: true, force: true });
mkdirSync(`${root}api`);
for (const [stem, surface] of publicSurfaces()) {
  writeFileSync(`${root}api/${stem}.txt`, surface);
  console.log(`api/${stem}.txt`);
}

const read = (file: string) => JSON.parse(readFileSync(root + file, "utf8")) as { version: string };
const { version } = read("package.json");
const exports = entryPoints().map(({ name, source }) => [
  name.replace("coroutine-channels", "."),
  `./${source}`,
]);
const jsr = { ...read("jsr.json"), version, exports: Object.fromEntries(exports) as object };
writeFileSync(`${root}jsr.json`, `${JSON.stringify(jsr, undefined, 2)}\n`);
runTool("oxfmt", ["jsr.json"]);
