/** What the benchmark runs on: this Node, or those of tools/runtimes, each with the flags that keep figures steady. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { installPackages } from "./install.ts";

const root = join(import.meta.dirname, "../..");
const runtimes = join(root, "tools/runtimes");

export interface Runtime {
  /** `Node 24.21.0` */
  readonly title: string;
  /** The program and what goes before the file's name. */
  readonly command: readonly string[];
  /** The same for a process that counts promises, jobs and bytes, where that can be done. */
  readonly counting?: readonly string[];
  /** Whether it can say where the time goes. */
  readonly profiles?: true;
}

/**
 * Bytecode is not thrown away between rounds, the new space does not grow on the way, and collections run on one
 * thread, since helper threads stray on a busy machine.
 */
const v8Flags = (semiSpace: number): string[] => [
  "--expose-gc",
  "--no-flush-bytecode",
  `--min-semi-space-size=${semiSpace}`,
  `--max-semi-space-size=${semiSpace}`,
  "--single-threaded-gc",
];

/** In megabytes: the size that V8 lets it grow to. */
const SEMI_SPACE = 16;
/** Large enough for all that a run allocates, so that its bytes can be counted. */
const SEMI_SPACE_TO_COUNT = 64;

/** @param name `node` for the one that runs this; else `node22`, `node24`, `node26`, `deno`, `bun`. */
export function findRuntime(name: string): Runtime {
  if (name === "node") return node(process.execPath);
  if (!existsSync(join(runtimes, "node_modules"))) installPackages(runtimes);
  const program = join(runtimes, "node_modules", programs[name] ?? name);
  if (!existsSync(program)) {
    throw new Error(
      `Could not find a runtime among ${Object.keys(programs).join(", ")} by the name of: ${name}`,
    );
  }
  if (name === "deno") {
    const command = (semiSpace: number): string[] => [
      program,
      "run",
      "-A",
      `--v8-flags=${v8Flags(semiSpace).join(",")}`,
    ];
    return {
      title: versionOf("Deno", program),
      command: command(SEMI_SPACE),
      counting: command(SEMI_SPACE_TO_COUNT),
    };
  }
  if (name === "bun") {
    return { title: versionOf("Bun", program), command: [program] };
  }
  return node(program);
}

const programs: Readonly<Record<string, string>> = {
  node22: "node22/bin/node",
  node24: "node24/bin/node",
  node26: "node26/bin/node",
  deno: ".bin/deno",
  bun: ".bin/bun",
};

function node(program: string): Runtime {
  return {
    title: versionOf("Node", program),
    command: [program, ...v8Flags(SEMI_SPACE)],
    counting: [program, ...v8Flags(SEMI_SPACE_TO_COUNT)],
    profiles: true,
  };
}

function versionOf(name: string, program: string): string {
  const printed = execFileSync(program, ["--version"], { encoding: "utf8" });
  return `${name} ${/\d+\.\d+\.\d+/.exec(printed)?.[0] ?? printed.trim()}`;
}
