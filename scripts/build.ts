/** `npm run build`: src/ to dist/, by the compiler alone. */

import { rmSync } from "node:fs";

import { compile } from "./compile.ts";
import { inlinePage } from "./inline-page.ts";
import { root } from "./project.ts";

rmSync(`${root}dist`, { recursive: true, force: true });
try {
  await inlinePage();
  compile();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
