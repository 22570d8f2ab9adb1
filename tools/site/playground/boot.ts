/**
 * The first thing that runs in a program's worker: takes what the page needs of it out of the program's reach, then
 * compiles and runs it, and tells how it goes.
 */

import { printed } from "../../../test/support/printed.ts";
import { compile } from "./compile.ts";
import { IMPORTED_FILE } from "./messages.ts";
import type { Level, LibraryFile, Message, Start, State } from "./messages.ts";

/** A program that prints for ever fills no memory of the page. */
const MOST_LINES = 1000;
const MOST_LETTERS = 200_000;
const MOST_EVENTS = 2000;
const LOOK_EVERY = 60;

interface Recording {
  readonly events: readonly unknown[];
}

interface Inspect {
  record(options: { limit: number; values: boolean }): Recording;
  report(): string;
  waits(): Promise<readonly unknown[]>;
}

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
const later = setTimeout.bind(globalThis);
const now = performance.now.bind(performance);
/** A program may have replaced the method. */
const cut: (text: string, start: number, end: number) => string = Function.prototype.call.bind(
  String.prototype.slice,
);
const scope = globalThis as unknown as Record<string, unknown>;

/** Timers that have not run yet: as long as there are some, the program is not at rest. */
const timers = new Set<unknown>();
let busyUntil = 0;
let lines = 0;
let letters = 0;
/** Whether the program's own text has come to its end, well or not. */
let over = false;

addEventListener("message", ({ data, ports }: MessageEvent<Start>) => void start(data, ports[0]!), {
  once: true,
});

async function start({ modules, program }: Start, port: MessagePort): Promise<void> {
  const post = port.postMessage.bind(port) as (message: Message) => void;
  // Only this closure can speak to the page. A program that could, too, could flood it.
  for (let level: object = globalThis; level; level = Object.getPrototypeOf(level) as object) {
    if (Object.hasOwn(level, "postMessage")) {
      Object.defineProperty(level, "postMessage", { value: undefined });
    }
  }
  redirectConsole(post);
  countTimers();

  try {
    const files = load(modules.library);
    const entry = (name: string) => files.get(modules.entries[name] ?? "");
    // What the library makes for itself as it is loaded is none of the program's channels.
    await import(/* @vite-ignore */ entry("coroutine-channels")!);
    const inspect = (await import(
      /* @vite-ignore */ entry("coroutine-channels/inspect")!
    )) as Inspect;
    watch(post, inspect, inspect.record({ limit: MOST_EVENTS, values: true }));
    post({ type: "state", state: "running", report: "" });
    const code = compile(program, entry);
    await import(/* @vite-ignore */ blob(`${code}\n//# sourceURL=program.ts`));
  } catch (error) {
    say(post, "error", describe(error));
  }
  over = true;
}

/** Makes the library's files importable, in a folder of their own as far as its own reports can tell. */
function load(library: readonly LibraryFile[]): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const { path, text } of library) {
    const address = (_whole: string, before: string, target: string) => {
      const { pathname } = new URL(target, `file:///${path}`);
      return `${before}"${addresses.get(pathname.slice(1))}"`;
    };
    const name = `/coroutine-channels/${path}`;
    const code = text
      .replaceAll(IMPORTED_FILE, address)
      .replaceAll(/\bimport\.meta\b/g, `({ url: "file://${name}" })`);
    addresses.set(path, blob(`${code}\n//# sourceURL=${name}`));
  }
  return addresses;
}

function blob(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

function say(post: (message: Message) => void, level: Level, text: string): void {
  if (lines >= MOST_LINES || letters >= MOST_LETTERS) return;
  const told = cut(text, 0, MOST_LETTERS - letters);
  lines += 1;
  letters += told.length;
  post({ type: "line", level, text: told });
  if (lines < MOST_LINES && letters < MOST_LETTERS) return;
  post({ type: "line", level: "warn", text: "(The rest of what it prints is left out.)" });
}

function redirectConsole(post: (message: Message) => void): void {
  const levels = { log: "log", info: "log", debug: "log", warn: "warn", error: "error" } as const;
  for (const [method, level] of Object.entries(levels)) {
    scope["console"] ??= {};
    (scope["console"] as Record<string, unknown>)[method] = (...values: unknown[]) => {
      say(post, level, printed(values));
    };
  }
  addEventListener("unhandledrejection", (event) => {
    say(post, "error", `In a promise that nobody handles: ${describe(event.reason)}`);
  });
  addEventListener("error", (event) => {
    say(post, "error", describe(event.error ?? event.message));
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught: ${printed([error])}`;
  const places = (error.stack ?? "").split("\n").filter((line) => line.includes("program.ts"));
  return [`${error.name}: ${error.message}`, ...places].join("\n");
}

function countTimers(): void {
  scope["setTimeout"] = (run: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const timer: unknown = later(() => {
      timers.delete(timer);
      run(...args);
    }, delay);
    timers.add(timer);
    return timer;
  };
  scope["setInterval"] = (...args: Parameters<typeof setInterval>) => {
    const timer = setInterval(...args);
    timers.add(timer);
    return timer;
  };
  scope["clearTimeout"] = scope["clearInterval"] = (timer: number) => {
    timers.delete(timer);
    clearTimeout(timer);
    clearInterval(timer);
  };
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (delay) => {
    busyUntil = Math.max(busyUntil, now() + delay);
    return timeout(delay);
  };
}

/** Looks from time to time whether anything goes on, sends what was recorded, and tells when all is at rest. */
function watch(post: (message: Message) => void, inspect: Inspect, recording: Recording): void {
  let seen = "";
  let quiet = 0;
  let told: State = "running";
  let drawn: unknown;

  async function look(): Promise<void> {
    const { events } = recording;
    if (events.at(-1) !== drawn) {
      drawn = events.at(-1);
      post({ type: "events", events });
    } else {
      post({ type: "alive" });
    }
    const activity = `${lines} ${timers.size} ${over} ${JSON.stringify(events.at(-1))}`;
    quiet = activity === seen && timers.size === 0 && now() > busyUntil ? quiet + 1 : 0;
    seen = activity;
    if (quiet === 0 && told !== "running") tell("running", "");
    if (quiet === 2) {
      const waiting = (await inspect.waits()).length;
      if (over && waiting === 0) tell("ended", "");
      else tell(over ? "left" : "waits", inspect.report());
    }
    later(() => void look(), LOOK_EVERY);
  }
  function tell(state: State, report: string): void {
    told = state;
    post({ type: "state", state, report });
  }
  later(() => void look(), LOOK_EVERY);
}
