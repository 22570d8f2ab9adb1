/// <reference lib="esnext.disposable" preserve="true" />
import { makeAsyncGenerator } from "../core/async-generator.ts";

/** Iterates over what `pull` gives, until that is nothing. Leaving it leaves what it pulls from. */
export class Batches<B> implements AsyncIterableIterator<B> {
  readonly #reader: { return(): Promise<unknown> };
  readonly #pull: () => Promise<B | undefined>;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
  }

  constructor(reader: { return(): Promise<unknown> }, pull: () => Promise<B | undefined>) {
    this.#reader = reader;
    this.#pull = pull;
  }

  async next(): Promise<IteratorResult<B, undefined>> {
    const batch = await this.#pull();
    return batch === undefined ? { value: undefined, done: true } : { value: batch, done: false };
  }

  async return(): Promise<IteratorResult<B, undefined>> {
    await this.#reader.return();
    return { value: undefined, done: true };
  }
}
