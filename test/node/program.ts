/** Runs one of the project's own programs as a process, as a user does. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const useSource = new URL("use-source.mjs", import.meta.url).href;

/** What runs them: they are in TypeScript, with `await using`, which Node takes from version 24 on. Elsewhere, the project's own does. */
const takesThem = !("Deno" in globalThis || "Bun" in globalThis) && process.version >= "v24";
const node = takesThem ? process.execPath : `${root}node_modules/node/bin/node`;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
  /** Who runs it. */
  readonly uid?: number;
  /** A shell command to run it with, as "$@". */
  readonly shell?: string;
}

/** Starts a program of the project; its standard input is a pipe that stays open. */
export function start(path: string, options: Start = {}): ChildProcessWithoutNullStreams {
  const { args = [], nodeOptions = [], cwd = root, shell, ...rest } = options;
  const words = [node, "--import", useSource, ...nodeOptions, root + path, ...args];
  const [command, ...parameters] = shell ? ["sh", "-c", shell, "sh", ...words] : words;
  return spawn(command ?? "", parameters, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "" },
    ...rest,
  });
}

/** Waits for the end of a started program. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code: child.exitCode, stdout, stderr };
}

/** Runs a program from beginning to end, with `input` as all of its standard input. */
export function run(path: string, options: Start & { input?: string } = {}): Promise<Finished> {
  const { input = "", ...rest } = options;
  const child = start(path, rest);
  // A program may end without reading what it is sent; its exit code tells what happened.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return finished(child);
}
