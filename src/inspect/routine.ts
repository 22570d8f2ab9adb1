import { builtin } from "./process.ts";

/** The body in which something runs, and all that it has begun. */
export interface Body {
  readonly name: string;
  /** Tells it from other bodies of its name. */
  readonly key: string;
  /** The piece of the library whose body it is, if it is not the user's. */
  readonly piece: string | undefined;
  /** Where the channel was made. */
  readonly made: string | undefined;
}

interface Storage {
  run<R>(body: Body, then: () => R): R;
  getStore(): Body | undefined;
}

const hooks = builtin<{ AsyncLocalStorage: new () => Storage }>("node:async_hooks");
const storage = hooks && new hooks.AsyncLocalStorage();
let bodies = 0;

/** Runs a body, so that what it calls later can be told to be its own, where the platform can do that. */
export function runBody<R>(body: Omit<Body, "key">, then: () => R): R {
  const named = { ...body, key: `${body.name} ${++bodies}` };
  return storage === undefined ? then() : storage.run(named, then);
}

/** The body that runs now. */
export function currentBody(): Body | undefined {
  return storage?.getStore();
}
