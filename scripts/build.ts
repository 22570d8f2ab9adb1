/** `npm run build`: src/ to dist/, by the compiler alone. */

import { rmSync } from "node:fs";

import { root, runTool } from "./project.ts";

rmSync(`${root}dist`, { recursive: true, force: true });
try {
  runTool("tsc", ["-p", "tsconfig.build.json"]);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
