/** Compiles src/. */

import { entryPoints } from "./entry-points.ts";
import { runTool } from "./project.ts";

/** Compiles every entry point with the types of its own platform, and no other. */
export function compile(...options: string[]): void {
  // The main entry comes last: what it shares with the others is as it comes out without any platform.
  for (const { settings } of entryPoints().toReversed())
    runTool("tsc", ["-p", settings, ...options]);
}
