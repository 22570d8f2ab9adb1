/**
 * `npm run release -- --dry-run`: everything that a release needs, up to the tag. Without `--dry-run` it tags; whoever
 * pushes the tag has the release workflow run it with `--publish`, which publishes the very tarball that was checked.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { root, runTool } from "./project.ts";

const { values } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
  },
});

const { name, version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly name: string;
  readonly version: string;
};
const tag = `v${version}`;

const inherit = { cwd: root, stdio: "inherit" } as const;
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const npm = (...args: string[]) => execFileSync("npm", args, inherit);

function step(what: string, run: () => void): void {
  console.log(`\n${what}`);
  run();
}

function refuse(why: string): never {
  throw new Error(`Not released: ${why}`);
}

/** A release is what a commit holds, under a new number that the changelog explains. */
function checkState(): void {
  if (git("status", "--porcelain") !== "") refuse("there are uncommitted changes");
  const tagged = git("tag", "--list", tag) === "" ? undefined : git("rev-parse", `${tag}^{commit}`);
  if (values.publish && tagged === undefined) refuse(`nothing is tagged ${tag}`);
  if (tagged !== undefined && tagged !== git("rev-parse", "HEAD")) {
    refuse(`${tag} is another commit: give the next version to package.json`);
  }
  const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
  if (!changelog.includes(`\n## ${version}\n`)) refuse(`CHANGELOG.md has no section ${version}`);
}

/** @returns The tarball, whose form and types have been checked. */
function pack(folder: string): string {
  npm("pack", "--pack-destination", folder, "--loglevel=error"); // builds first: see "prepack"
  const tarball = join(folder, readdirSync(folder)[0] ?? refuse("npm has packed nothing"));
  runTool("publint", ["run", "--strict", tarball]);
  runTool("attw", [tarball, "--profile", "esm-only", "--no-emoji"]);
  return tarball;
}

const folder = mkdtempSync(join(tmpdir(), "release-"));
try {
  step(`${name} ${version}: the state of the project`, checkState);
  step("All tests", () => npm("test"));
  let tarball = "";
  step("The tarball", () => (tarball = pack(folder)));

  if (values["dry-run"]) {
    console.log(`\nA release would now tag ${tag}.`);
  } else if (values.publish) {
    step("Publishing", () => npm("publish", tarball, "--provenance", "--access", "public"));
  } else {
    step(`Tagging ${tag}`, () => git("tag", "--annotate", tag, "--message", `${name} ${version}`));
    console.log(`Push it, and the release workflow publishes: git push origin ${tag}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
