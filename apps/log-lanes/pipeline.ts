/** What each lane does with its lines: a pipeline of ordinary async generators, which pull. */

import { EXIT, Failure } from "./failure.ts";
import { Frequent } from "./frequent.ts";
import type { Line } from "./lines.ts";

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
/** How much of a line its template is made of. */
const TEMPLATE_LENGTH = 120;
/** How much of a forbidden line is shown. */
const FORBIDDEN_LENGTH = 500;

/** Runs one lane's pipeline to its end. */
export async function profile(lines: AsyncIterable<Line>): Promise<Profile> {
  const found: Profile = {
    lines: 0,
    bytes: 0,
    longest: 0,
    first: undefined,
    last: undefined,
    templates: new Frequent(TEMPLATES),
  };
  for await (const template of templates(measured(lines, found))) found.templates.add(template);
  return found;
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

/** Turns each line into what it has in common with lines like it. Blank lines have nothing. */
async function* templates(lines: AsyncIterable<Line>): AsyncGenerator<string> {
  for await (const { text } of lines) {
    const template = templateOf(text);
    if (template !== "") yield template;
  }
}

/**
 * Every word with a digit in it becomes "#", and so do several joined by punctuation: numbers, dates,
 * addresses, versions, hashes. What remains is the template that a program printed the line from.
 */
export function templateOf(text: string): string {
  const start = printable(text.trim(), TEMPLATE_LENGTH);
  return start.replace(/\b[A-Za-z_]*\d\w*(?:[-.:+]\d\w*)*/g, "#");
}

/**
 * The beginning of a text from anywhere, fit to be shown: escape sequences must not reach the terminal,
 * nor half a character where the cut falls.
 */
function printable(text: string, length: number): string {
  return text.slice(0, length).toWellFormed().replace(/\p{Cc}+/gu, " ");
}

/** Lets no line through: the first one fails the lane, and with it the whole run. */
export async function* forbidden(lane: string, lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  for await (const line of lines) {
    const text = printable(line.text, FORBIDDEN_LENGTH);
    throw new Failure(`${line.file}:${line.number}: forbidden ${lane} line: ${text}`, EXIT.forbidden);
  }
}
