/** Where the project is, and how its tools are started. */

import { spawnSync } from "node:child_process";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../", import.meta.url));

/**
 * Runs one of the project's development tools to its end, whatever the PATH.
 *
 * @param name Of a tool in the project's `node_modules`, or the path of another program.
 * @returns What it printed, standard error last.
 * @throws With all that it printed, if its exit code is not 0.
 */
export function runTool(name: string, args: readonly string[], cwd: string = root): string {
  const program = isAbsolute(name) ? name : `${root}node_modules/.bin/${name}`;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    // The tools start with `#!/usr/bin/env node`, and need the Node that the project brings.
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env["PATH"]}`, NO_COLOR: "1" },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout + stderr;
}
