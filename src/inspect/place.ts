import { workingDirectory } from "./process.ts";

/** Where a call was made. */
export interface Place {
  /** The nearest function of the user: `numbers (app.js:12:40)`. */
  readonly at: string | undefined;
  /** Its callers, the nearest first. */
  readonly callers: readonly string[];
  /** The outermost function of the chain of calls, and in which file it is. */
  readonly outermost: { readonly name: string; readonly file: string } | undefined;
  /** The piece of the library, if any, that has made the call: `merge`. */
  readonly piece: string | undefined;
  /** Whether a part of the library that is built upon channels has made the call. */
  readonly inside: boolean;
  /** The user's frames, as the runtime shows them. */
  readonly frames: string;
}

interface Frame {
  readonly text: string;
  readonly name: string | undefined;
  readonly file: string;
  readonly position: string;
}

/** Enough for the library's own frames and some of the user's. */
const depth = 24;

/** A frame as V8 gives it. */
interface Site {
  getPosition(): number;
  getScriptNameOrSourceURL(): string | null;
}

/** What a call comes in through. */
export type Entry = (...args: never) => unknown;

declare const Error: ErrorConstructor & {
  stackTraceLimit?: number;
  prepareStackTrace?: ((error: Error, sites: Site[]) => unknown) | undefined;
  captureStackTrace?(target: object, entry: Entry): void;
};

/**
 * Where we are.
 *
 * @param entry The function of the library that the user's call has come through: to leave out what it calls saves time.
 */
export function here(entry: Entry = here): Place {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    if (stackTraceLimit !== undefined) Error.stackTraceLimit = depth;
    Error.prepareStackTrace = sitesAsTheyAre;
    const sites = sitesFrom(entry) ?? (entry === here ? undefined : sitesFrom(here));
    Error.prepareStackTrace = prepareStackTrace;
    return sites === undefined ? placeIn(captured()) : known(sites);
  } catch {
    return placeIn(""); // Somebody has frozen how stacks are made.
  } finally {
    if (stackTraceLimit !== undefined) Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Lets errors that are made meanwhile have a deep stack, unless somebody wants none at all: until it is read, it holds what it shows. */
export function withDepth<R>(make: () => R): R {
  const { stackTraceLimit } = Error;
  if (stackTraceLimit === undefined || stackTraceLimit === 0) return make();
  try {
    Error.stackTraceLimit = depth;
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function captured(): string {
  const { stack } = new Error();
  return typeof stack === "string" ? stack : "";
}

/** The stack as frames and not as text, which takes V8 several times as long to make. */
function sitesFrom(entry: Entry): readonly Site[] | undefined {
  const target: { stack?: unknown } = {};
  Error.captureStackTrace?.(target, entry);
  const { stack } = target;
  if (!Array.isArray(stack)) return undefined;
  // Bun's frames have no position in the script.
  const [first] = stack as Partial<Site>[];
  return first?.getPosition === undefined ? undefined : (stack as Site[]);
}

function sitesAsTheyAre(_error: Error, sites: Site[]): Site[] {
  return sites;
}

/** How many places are kept: a program has few, however often it comes there. */
const keptPlaces = 5000;
let places = new Map<number, [scripts: (string | null)[], place: Place][]>();

/** The place of a stack: as text it is made and read once. */
function known(sites: readonly Site[]): Place {
  let hash = sites.length;
  for (const site of sites) hash = (Math.imul(hash, 31) + site.getPosition()) | 0;
  const scripts = sites.map((site) => site.getScriptNameOrSourceURL());
  const found = places.get(hash)?.find(([others]) => same(scripts, others));
  if (found !== undefined) return found[1];
  const place = placeIn(captured());
  if (places.size >= keptPlaces) places = new Map();
  places.set(hash, [...(places.get(hash) ?? []), [scripts, place]]);
  return place;
}

function same(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, i) => one === others[i]);
}

/** What a stack tells. */
export function placeIn(stack: string): Place {
  const frames = framesIn(stack).filter(({ file }) => !isBuiltIn(file));
  const users = frames.filter(({ file }) => partOf(file) === undefined);
  const parts = frames.slice(0, frames.indexOf(users[0]!) >>> 0).map(({ file }) => partOf(file)!);
  const outermost = users.at(-1);
  const shown = users.map(({ name, file, position }) => {
    const where = `${shortened(file)}${position}`;
    return name === undefined ? where : `${name} (${where})`;
  });
  return {
    at: shown[0],
    callers: shown.slice(1),
    outermost: outermost && { name: outermost.name ?? shown.at(-1)!, file: outermost.file },
    piece: parts.map(pieceOf).findLast((piece) => piece !== undefined),
    inside: parts.some((part) => !plumbing.test(part)),
    frames: users.map(({ text }) => text).join("\n"),
  };
}

/** `    at async name (file:1:2)` of V8, or `name@file:1:2` of the other engines. */
const v8 = /^\s+at (?:async )?(?:new )?(?:(.*?)(?: \[as [^\]]*\])? \()?([^()]+?)(:\d+:\d+)\)?$/;
const others = /^(?:async\*)?(.*?)@(.+?)(:\d+:\d+)$/;

function framesIn(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const text of stack.split("\n")) {
    const match = v8.exec(text) ?? others.exec(text);
    if (match === null) continue;
    const [, name = "", file = "", position = ""] = match;
    frames.push({ text, name: /^$|<anonymous>/.test(name) ? undefined : name, file, position });
  }
  // The module itself has no name either. Nobody but the runtime calls it.
  const last = frames.findLast(({ file }) => !isBuiltIn(file));
  const callers = frames.slice(frames.indexOf(last!) + 1);
  if (last === undefined || last.name !== undefined) return frames;
  if (callers.some(({ file }) => !file.startsWith("node:internal/"))) return frames;
  return frames.map((frame) => (frame === last ? { ...frame, name: "(module)" } : frame));
}

function isBuiltIn(file: string): boolean {
  return /^(?:node|bun|ext|native|deno|internal):|^native$|^\[native|^<anonymous>$/.test(file);
}

/** The package's own folders: what is built, and, where source maps lead there, what it is built from. */
const own: readonly string[] = folders();

function folders(): string[] {
  try {
    // Apart from each other, since bundlers take the two together for a file to bundle.
    const { url } = import.meta;
    const root = withoutScheme(new URL("../../", url).href);
    return [`${root}src/`, `${root}dist/`];
  } catch {
    return []; // Loaded from a text, it has no folder.
  }
}

/** Which file of the library it is, without its extension: `flow/merge`. */
function partOf(file: string): string | undefined {
  const path = withoutScheme(file);
  const folder = own.find((each) => path.startsWith(each));
  return folder && path.slice(folder.length).replace(/\.[jt]s$/, "");
}

/** The parts that make up channels. All others are built upon them. */
const plumbing = /^(?:(?:core|stream|inspect)\/|(?:channel|end|produce|serve-all)$)/;

/** What is built upon channels, by its public name, in a file of that name. */
const pieces: ReadonlySet<string> = new Set([
  ...["abortable", "broadcast", "buffer", "callbacks", "cooperative", "distribute", "events"],
  ...["merge", "select", "fromReadable", "fromReadableStream", "toDuplex", "toEventStream"],
  ...[
    "produce",
    "toReadable",
    "toReadableStream",
    "toTransformStream",
    "toWritable",
    "toWritableStream",
  ],
]);

function pieceOf(part: string): string | undefined {
  const file = part.slice(part.lastIndexOf("/") + 1);
  const name = file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return pieces.has(name) ? name : undefined;
}

/** Without `file://` before it, or what a development server puts behind it. */
function withoutScheme(file: string): string {
  return file.replace(/^file:\/\/|\?.*$/g, "");
}

function shortened(file: string): string {
  const path = withoutScheme(file);
  const folder = workingDirectory();
  return folder !== undefined && path.startsWith(folder) ? path.slice(folder.length) : path;
}
