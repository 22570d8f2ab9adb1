/** What each lane does with its lines: a pipeline of ordinary async generators, which pull. */

import { EXIT, Failure } from "./failure.ts";
import { Frequent } from "./frequent.ts";
import type { Line } from "./lines.ts";
import { printable, templateOf } from "./template.ts";

/** What a lane has found out. */
export interface Profile {
  lines: number;
  bytes: number;
  longest: number;
  first: Line | undefined;
  last: Line | undefined;
  readonly templates: Frequent;
}

/** How many templates a lane keeps count of; see Frequent for what that means. */
const TEMPLATES = 256;
/** How much of a forbidden line is shown. */
const FORBIDDEN_LENGTH = 500;

/** Runs one lane's pipeline to its end. */
export async function profile(lines: AsyncIterable<Line>): Promise<Profile> {
  const found = emptyProfile();
  for await (const template of templates(measured(lines, found))) found.templates.add(template);
  return found;
}

function emptyProfile(): Profile {
  return {
    lines: 0,
    bytes: 0,
    longest: 0,
    first: undefined,
    last: undefined,
    templates: new Frequent(TEMPLATES),
  };
}

/** Passes lines on and takes their measure. */
async function* measured(lines: AsyncIterable<Line>, found: Profile): AsyncGenerator<Line> {
  for await (const line of lines) {
    found.lines += 1;
    found.bytes += line.bytes;
    found.longest = Math.max(found.longest, line.bytes);
    found.first ??= line;
    found.last = line;
    yield line;
  }
}

/** Turns each line into its template. Blank lines have none. */
async function* templates(lines: AsyncIterable<Line>): AsyncGenerator<string> {
  for await (const { text } of lines) {
    const template = templateOf(text);
    if (template !== "") yield template;
  }
}

/** The pipeline of a lane that must stay empty: its first line fails it, and with it the whole run. */
export async function forbid(lane: string, lines: AsyncIterable<Line>): Promise<Profile> {
  for await (const { file, number, text } of lines) {
    const shown = printable(text, FORBIDDEN_LENGTH);
    throw new Failure(`${file}:${number}: forbidden ${lane} line: ${shown}`, EXIT.forbidden);
  }
  return emptyProfile();
}
