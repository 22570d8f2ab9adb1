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
}

const globals = globalThis as unknown as Globals;
/** Node's, or what Deno and Bun have in its place. A browser has none. */
const process: Process | undefined = typeof globals.process?.cwd === "function" ? globals.process : undefined;

const { performance, setTimeout } = globals;

/** What the clock shows, whatever a test does to it later. */
export function now(): number {
  return performance.now();
}

/** Comes one turn of the event loop later. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A module of the platform, if it has it. */
export function builtin<M>(name: string): M | undefined {
  try {
    return process?.getBuiltinModule?.(name) as M | undefined;
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
