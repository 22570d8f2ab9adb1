/** The package as users get it: packed, and installed in a project that has nothing else. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { root } from "../../scripts/project.ts";

export interface Packed {
  readonly tarball: string;
  /** The project that depends on it. */
  readonly project: string;
  remove(): void;
}

export function packAndInstall(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync("npm", [...args, "--silent", "--offline"], { cwd, stdio: "pipe" });

  npm(root, "pack", "--pack-destination", folder); // builds first: see "prepack"
  const [name] = readdirSync(folder);
  if (name === undefined) throw new Error("npm has packed nothing");
  const tarball = join(folder, name);

  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), `{ "private": true, "type": "module" }`);
  npm(project, "install", "--no-audit", "--no-fund", tarball);
  return { tarball, project, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
