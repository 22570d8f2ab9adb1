/** Lists files, in a way that all supported versions of Node know. */

import { readdirSync } from "node:fs";
import { join, sep } from "node:path";

import { root } from "./project.ts";

/** The files below a folder of the project, sorted, as paths from the project: `src/core/call.ts`. */
export function filesBelow(folder: string, extension: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`.split(sep).join("/");
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") found.push(...filesBelow(path, extension));
    } else if (entry.name.endsWith(extension)) {
      found.push(path);
    }
  }
  return found.toSorted();
}
