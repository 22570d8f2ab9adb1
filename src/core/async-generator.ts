/// <reference lib="esnext.disposable" preserve="true" />

const AsyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(async function* () {}.prototype),
);

/** `Symbol.asyncDispose`, or, where the runtime has none, the symbol that compilers look up in its place. */
export const asyncDispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** Makes what a class creates disposable at the end of an `await using` block: `return()` is called. */
export function makeDisposable(prototype: { return(): Promise<unknown> }): void {
  Object.defineProperty(prototype, asyncDispose, {
    async value(this: { return(): Promise<unknown> }): Promise<void> {
      await this.return();
    },
  });
}

/**
 * Makes what a class creates inherit what every async generator does: `[Symbol.asyncIterator]`, disposal, and the
 * async iterator helpers where the runtime has them.
 */
export function makeAsyncGenerator(prototype: { return(): Promise<unknown> }): void {
  Object.setPrototypeOf(prototype, AsyncIteratorPrototype);
  makeDisposable(prototype);
}
