/** What differs by platform: builtin modules, environment, signals, and how to find out. */

interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly stderr: { write(text: string): unknown };
  cwd(): string;
  getBuiltinModule?(name: string): unknown;
  on(event: string, listener: () => void): unknown;
}

interface Globals {
  readonly process?: Process;
  readonly Deno?: unknown;
  readonly location?: { readonly origin: string };
  readonly performance: { now(): number };
  readonly setTimeout: (then: () => void, ms: number) => unknown;
  readonly setInterval: (then: () => void, ms: number) => { unref?(): void };
  readonly clearInterval: (timer: unknown) => void;
}

const globals = globalThis as unknown as Globals;
/** Node's, or what Deno and Bun have in its place. A browser has none. */
const process: Process | undefined =
  typeof globals.process?.cwd === "function" ? globals.process : undefined;

const { performance, setTimeout, setInterval, clearInterval } = globals;
const clock = performance.now.bind(performance);

/** What the clock shows, whatever a test does to it later. */
export function now(): number {
  return clock();
}

/** Comes one turn of the event loop later. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Calls `then` again and again, as long as the program runs, until the function that it returns is called. */
export function every(ms: number, then: () => void): () => void {
  const timer = setInterval(then, ms);
  timer.unref?.();
  return () => clearInterval(timer);
}

/** A module of the platform, if it has it. */
export function builtin(name: string): unknown {
  try {
    return process?.getBuiltinModule?.(name);
  } catch {
    return undefined;
  }
}

/** A variable of the environment; nothing where it may not be read. */
export function variable(name: string): string | undefined {
  try {
    return process?.env[name];
  } catch {
    return undefined;
  }
}

/** What paths are shown relative to, with a slash at its end: the working directory, or a page's origin. */
export function workingDirectory(): string | undefined {
  try {
    const folder = process?.cwd() ?? globals.location?.origin;
    return folder && `${folder.replaceAll("\\", "/").replace(/^(?=[A-Za-z]:)/, "/")}/`;
  } catch {
    return undefined;
  }
}

/** Whether this is the main thread of a process: only that reports by itself. */
const main: boolean =
  process !== undefined &&
  (builtin("node:worker_threads") as { isMainThread: boolean } | undefined)?.isMainThread !== false;

/** Says something to whoever has started the program. */
export function print(text: string): void {
  process?.stderr.write(text);
}

/** Calls `listener` when nothing runs any more. */
export function whenIdle(listener: () => void): void {
  if (main) process?.on("beforeExit", listener);
}

/** Calls `listener` when the program ends, in whatever way it still can. */
export function whenEnding(listener: () => void): void {
  process?.on("exit", listener);
}

/**
 * Calls `listener` on SIGQUIT (Ctrl-\), which then does not end the process. Not in Deno, where a listener keeps a program from
 * ending.
 */
export function whenAsked(listener: () => void): void {
  if (main && process?.platform !== "win32" && globals.Deno === undefined) {
    process?.on("SIGQUIT", listener);
  }
}
