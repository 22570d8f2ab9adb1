/** The command line. */

import { parseArgs } from "node:util";

import { EXIT, Failure } from "./failure.ts";
import type { Lane } from "./lane.ts";
import { OTHER } from "./lane.ts";
import { MAX_LINE } from "./lines.ts";

export const HELP = `Usage: npm start -- [options] [file...]

Sorts the lines of the files into lanes, and prints for each lane how many lines
there are, how large, the first and the last, and the most frequent ones, with
every word that has a digit in it shown as "#".

Lanes: error, warning, info, debug (by the words in the line), and other.
Without files: what is piped in; where nothing is, this project's package-lock.json,
with lanes of its own.

Options:
  --lane NAME=REGEXP  a lane of your own instead; may be repeated, the first that
                      fits takes the line (case matters: put (?i:...) around it)
  --top N             how many of the most frequent lines to show (default 3)
  --watch             go slowly, and show the lanes at work on a page of this machine
  --forbid LANE       stop at the first line of this lane; may be repeated
  -h, --help          this text
  -                   as a file: standard input

Exit codes: 0 done (also when the reader of the output has gone), 1 an input cannot
be read, or is not UTF-8 text, or the output cannot be written, 2 wrong usage,
3 a forbidden line.

Memory stays the same however long the input is. Of a line longer than
${MAX_LINE.toLocaleString("en")} characters the rest is counted, but not looked at.
`;

export interface Options {
  readonly help: boolean;
  readonly files: readonly string[];
  /** Lanes asked for; undefined: choose. */
  readonly lanes: readonly Lane[] | undefined;
  readonly forbid: readonly string[];
  readonly top: number;
  readonly watch: boolean;
}

export function parseOptions(args: string[]): Options {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        lane: { type: "string", multiple: true },
        forbid: { type: "string", multiple: true, default: [] },
        top: { type: "string", default: "3" },
        watch: { type: "boolean", default: false },
      },
    });
    return {
      help: values.help,
      files: positionals,
      lanes: values.lane?.map(parseLane),
      forbid: values.forbid,
      top: parseCount(values.top),
      watch: values.watch,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Failure(`${error.message}\nTry --help`, EXIT.usage);
  }
}

function parseLane(text: string): Lane {
  const [, name, pattern] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!name || !pattern) throw new Error(`--lane must be NAME=REGEXP: ${text}`);
  if (name === OTHER.name)
    throw new Error(`--lane cannot be named ${OTHER.name}: it takes what is left`);
  return { name, pattern: new RegExp(pattern, "u") };
}

function parseCount(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new Error(`--top must be a number from 0 to 999: ${text}`);
  return Number(text);
}
