/// <reference lib="esnext.disposable" preserve="true" />
import { makeAsyncGenerator } from "../core/async-generator.ts";

/** Iterates over what `next` gives. Leaving it leaves the reader. */
export class BatchIterator<B> implements AsyncIterableIterator<B, undefined> {
  readonly next: () => Promise<IteratorResult<B, undefined>>;
  readonly #reader: { return(): Promise<unknown> };

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
  }

  constructor(
    reader: { return(): Promise<unknown> },
    next: () => Promise<IteratorResult<B, undefined>>,
  ) {
    this.#reader = reader;
    this.next = next;
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    await this.#reader.return();
    return { value: undefined, done: true };
  }
}
