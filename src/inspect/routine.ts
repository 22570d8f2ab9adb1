import { builtin } from "./process.ts";

/** On whose behalf something runs. */
export interface Context {
  /** The body that runs, and all that it has begun. */
  readonly body: Body | undefined;
  /** The piece of the library that asks for it. */
  readonly piece: Piece | undefined;
}

export interface Body {
  readonly name: string;
  /** Tells it from other bodies of its name. */
  readonly key: string;
}

export interface Piece {
  readonly name: string;
  /** Where it was made. */
  readonly made: string | undefined;
}

interface Storage {
  run<R>(context: Context, then: () => R): R;
  getStore(): Context | undefined;
}

const hooks = builtin("node:async_hooks") as
  | { readonly AsyncLocalStorage: new () => Storage }
  | undefined;
const storage = hooks && new hooks.AsyncLocalStorage();
const nobody: Context = { body: undefined, piece: undefined };
let bodies = 0;

/** On whose behalf we run, where the platform can tell. */
export function context(): Context {
  return storage?.getStore() ?? nobody;
}

/** Runs a body, so that what it calls later can be told to be its own. */
export function runBody<R>(name: string, then: () => R): R {
  const body = { name, key: `${name} ${++bodies}` };
  return storage === undefined ? then() : storage.run({ body, piece: undefined }, then);
}

/** Runs what a piece does for those who use it. */
export function runPiece<R>(piece: Piece, then: () => R): R {
  return storage === undefined ? then() : storage.run({ body: context().body, piece }, then);
}
