/** The library as it is published, of this tree or of a commit: each in a folder of its own, safe from later builds. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");

export interface Build {
  /** `this tree`, or a commit. */
  readonly title: string;
  /** The entry point's address. */
  readonly library: string;
  remove(): void;
}

export function buildTree(): Build {
  execFileSync(process.execPath, ["scripts/build.ts"], { cwd: root, stdio: ["ignore", 2, 2] });
  const changed = git("status", "--porcelain", "--", "src").length > 0;
  const commit = git("rev-parse", "--short", "HEAD");
  return keep(root, changed ? `${commit} and changes` : commit);
}

export function buildCommit(revision: string): Build {
  const commit = git("rev-parse", "--short", "--verify", `${revision}^{commit}`);
  const folder = join(mkdtempSync(join(tmpdir(), "bench-")), "tree");
  git("worktree", "add", "--detach", "--quiet", folder, commit);
  try {
    // Its lock file may differ, but for the compiler this is near enough.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    const compiler = join(root, "node_modules/.bin/tsc");
    execFileSync(compiler, ["-p", "tsconfig.build.json"], {
      cwd: folder,
      stdio: ["ignore", 2, 2],
    });
    return keep(folder, revision === commit ? commit : `${revision} (${commit})`);
  } finally {
    git("worktree", "remove", "--force", folder);
  }
}

function keep(tree: string, title: string): Build {
  const folder = mkdtempSync(join(tmpdir(), "bench-library-"));
  cpSync(join(tree, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(tree, "package.json"), join(folder, "package.json"));
  return {
    title,
    library: pathToFileURL(join(folder, "dist/index.js")).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
}
