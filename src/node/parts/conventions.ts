/// <reference types="node" preserve="true" />
import type { Readable } from "node:stream";

/** What Node's streams call back with. */
export type Callback = (error?: Error | null) => void;

/** The error for a stream of Node's, which takes a falsy one for none. */
export function toError(reason: unknown): Error {
  return (reason || new Error(`Could not go on: ${String(reason)}`, { cause: reason })) as Error;
}

/** Calls back when `promise` has settled: with its error, or else with `error`. */
export function callBack(promise: Promise<unknown>, done: Callback, error?: Error | null): void {
  promise.then(
    () => done(error),
    (failure: unknown) => done(toError(failure)),
  );
}

/** Passes an item on, unless it is `null`, by which streams of Node's mean their end. */
export function pass(readable: Readable, item: unknown): void {
  if (item === null) {
    readable.destroy(new TypeError("Could not pass an item through a Node stream: null"));
  } else readable.push(item);
}
