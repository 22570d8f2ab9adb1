/**
 * `npm run test:everywhere`: the same tests on every runtime and in every browser engine, each
 * installed here if it is missing. Ends with a table and `N passed, N failed` over all.
 */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { root } from "./project.ts";
import "./system-packages.ts";

interface Place {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Record<string, string>;
}

interface Result {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly note: string;
}

const MINUTES_PER_PLACE = 6;
/** However many places hang, the whole comes to its end in time for a continuous integration run. */
const MINUTES_IN_ALL = 30;
const LINES_OF_A_FAILURE = 60;

const started = performance.now();
const minutesSince = (start: number) => (performance.now() - start) / 60_000;

/** The machine's own Node: npm, which runs on it, puts the project's own before it on the PATH. */
const ownNode = process.env["npm_node_execpath"] ?? process.execPath;

const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run"];
const runtimes = join(root, "tools/runtimes");

function places(): Place[] {
  const node20 = join(root, "scripts/node20.mjs");
  const version = execFileSync(ownNode, ["--version"], { encoding: "utf8" }).trim();
  const bin = (path: string) => join(runtimes, "node_modules", path);
  return [
    { name: `Node ${version.slice(1)} (own)`, command: [ownNode, "--import", node20, ...vitest] },
    ...["22", "24", "26"].map((major) => ({
      name: `Node ${major}`,
      command: [bin(`node${major}/bin/node`), ...vitest],
    })),
    {
      name: "Node 24, watched",
      command: [bin("node24/bin/node"), ...vitest],
      environment: { TEST_WATCHED: "1" },
    },
    { name: "Deno", command: [bin(".bin/deno"), "run", "-A", ...vitest] },
    // Without --bun it would read the program's first line, and start Node.
    { name: "Bun", command: [bin(".bin/bun"), "--bun", ...vitest, "--pool=threads"] },
    {
      name: "TypeScript 5.7",
      command: [process.execPath, ...vitest, "test/node/package.test.ts", "-t", "are sound"],
      environment: { TEST_TYPESCRIPT: bin("typescript-oldest/bin/tsc") },
    },
    ...Object.entries({ Chromium: "chromium", Firefox: "firefox", WebKitGTK: "webkit" }).map(
      ([name, browser]) => ({
        name,
        command: [process.execPath, ...vitest],
        environment: { TEST_BROWSER: browser },
      }),
    ),
  ];
}

function installRuntimes(): void {
  const lock = statSync(join(runtimes, "package-lock.json"));
  const installed = statSync(join(runtimes, "node_modules/.package-lock.json"), {
    throwIfNoEntry: false,
  });
  if (installed && installed.mtimeMs > lock.mtimeMs) return;
  console.log("Installing runtimes ...");
  const environment = { ...process.env };
  // npm would take the settings of the `npm run` around us for its own.
  for (const name of Object.keys(environment)) {
    if (/^npm_/i.test(name) && !/^npm_config_(cache|registry|userconfig)$/i.test(name)) {
      delete environment[name];
    }
  }
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: runtimes,
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Which tests failed, and the end of all that was printed. */
function essence(output: string): string {
  const lines = output.trimEnd().split("\n");
  const names = lines.filter((line) => line.startsWith(" FAIL "));
  return [...new Set(names), ...lines.slice(-LINES_OF_A_FAILURE)].join("\n");
}

/** Runs the tests in one place, with a folder for its temporary files that is removed afterwards. */
async function run({ name, command, environment }: Place): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "everywhere-"));
  const start = performance.now();
  const minutes = Math.max(0, Math.min(MINUTES_PER_PLACE, MINUTES_IN_ALL - minutesSince(started)));
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: root,
    detached: true, // a process group of its own, to end with all that it has started
    env: {
      ...process.env,
      ...environment,
      TMPDIR: folder,
      NO_COLOR: "1",
      CI: "1",
      TEST_SCOPE: "part",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // Nothing is left of the group, as it should be.
    }
  };
  const stopped = () => {
    end();
    process.exit(130);
  };
  process.once("SIGINT", stopped).once("SIGTERM", stopped);

  let output = "";
  let note = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const timeout = setTimeout(() => {
    note = `stopped after ${minutes.toFixed(1)} minutes`;
    end();
  }, minutes * 60_000);
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      output += error.message;
      resolve(null);
    });
    // Not "close": something left behind may hold the pipes open.
    child.on("exit", (exitCode) => setTimeout(resolve, 200, exitCode));
  });
  clearTimeout(timeout);
  end();
  process.off("SIGINT", stopped).off("SIGTERM", stopped);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

  const summary = /^(\d+) passed, (\d+) failed$/m.exec(output);
  const passed = Number(summary?.[1] ?? 0);
  let failed = Number(summary?.[2] ?? 0);
  if (!summary) note ||= "no summary";
  else if (code !== 0 && failed === 0) note ||= `exit code ${code}`;
  if (note) failed = Math.max(failed, 1);
  if (failed > 0) console.log(essence(output));
  return { name, passed, failed, seconds: minutesSince(start) * 60, note };
}

installRuntimes();

// Names on the command line choose: `npm run test:everywhere -- deno webkit`.
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = places().filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)),
);

const results: Result[] = [];
for (const place of chosen) {
  console.log(`${place.name} ...`);
  // One after another: two cores are few, and tests that wait for each other's runtimes hide hangs.
  results.push(await run(place));
}

const columns = (...cells: string[]) =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(8))).join(" ");
console.log(`\n${columns("runtime", "passed", "failed", "seconds")}`);
for (const { name, passed, failed, seconds, note } of results) {
  console.log(`${columns(name, `${passed}`, `${failed}`, seconds.toFixed(1))}  ${note}`.trimEnd());
}
const total = (count: "passed" | "failed") => results.reduce((sum, one) => sum + one[count], 0);
console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") > 0 || results.length === 0 ? 1 : 0;
