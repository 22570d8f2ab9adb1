/** Runs one of the project's own programs as a process, as a user does. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";

const root = fileURLToPath(new URL("../../", import.meta.url));
const useSource = new URL("use-source.mjs", import.meta.url).href;

/** The programs are TypeScript with `await using`, which Node runs as it is from version 24 on. */
export const canRunPrograms: boolean = "asyncDispose" in Symbol && typeof AsyncDisposableStack === "function";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Start {
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
  readonly uid?: number;
}

/** Starts a program of the project; its standard input is a pipe that is still open. */
export function start(path: string, options: Start = {}): ChildProcessWithoutNullStreams {
  const args = ["--import", useSource, ...(options.nodeOptions ?? []), root + path, ...(options.args ?? [])];
  return spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  });
}

/** Waits for the end of a started program. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** Runs a program from beginning to end, with `input` as all of its standard input. */
export function run(path: string, options: Start & { input?: string | Uint8Array } = {}): Promise<Finished> {
  const child = start(path, options);
  // A program may end without reading what it is sent; its exit code tells what happened.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  return finished(child);
}
