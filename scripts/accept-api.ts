/** `npm run api`: accepts the public surface as it is now; the change to api/*.txt is for review. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";

import { publicSurfaces } from "./declarations.ts";
import { root } from "./project.ts";

rmSync(`${root}api`, { recursive: true, force: true });
mkdirSync(`${root}api`);
for (const [stem, surface] of publicSurfaces()) {
  writeFileSync(`${root}api/${stem}.txt`, surface);
  console.log(`api/${stem}.txt`);
}
