/** Where the bytes come from: files, or standard input. */

import { once } from "node:events";
import { createReadStream, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";

import { Failure } from "./failure.ts";

/** Standard input, as a file name on the command line. */
export const STDIN = "-";

/** For how long standard input may stay silent where nobody asked for it by name. */
const PATIENCE_MS = 2000;

const REASONS: Record<string, string> = {
  ENOENT: "no such file",
  EISDIR: "is a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of the path is not a directory",
  ELOOP: "too many symbolic links",
};

/** What an input is called in messages and reports. */
export function titleOf(name: string): string {
  return name === STDIN ? "standard input" : name;
}

/** The bytes of one input, in chunks. Leaving early closes it. */
export async function* readInput(name: string): AsyncGenerator<Buffer> {
  try {
    yield* name === STDIN ? process.stdin : openFile(name);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code = "", message }: NodeJS.ErrnoException = error;
    throw new Failure(`${titleOf(name)}: ${REASONS[code] ?? message}`);
  }
}

function openFile(name: string): AsyncIterable<Buffer> {
  const fd = openSync(name, "r");
  // A named pipe is read as a socket is. A file's read cannot be given up, and while a pipe's writer is
  // silent it would keep the process from exiting.
  if (fstatSync(fd).isFIFO()) return new Socket({ fd, readable: true, writable: false });
  return createReadStream(name, { fd });
}

/**
 * Whether something is piped in, for a call that names no input. A pipe that stays silent does not
 * count: under a build server standard input is often a pipe that nobody writes to or closes.
 */
export async function hasPipedInput(): Promise<boolean> {
  const stdin = fstatSync(0);
  if (stdin.isFile()) return stdin.size > 0;
  if (!stdin.isFIFO() && !stdin.isSocket()) return false;
  try {
    await once(process.stdin, "readable", { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    process.stdin.destroy();
    process.stderr.write(
      `log-lanes: standard input is silent, and ignored; write ${STDIN} to wait for it\n`,
    );
    return false;
  }
  return process.stdin.readableLength > 0;
}
