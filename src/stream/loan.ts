import { Batch } from "./batch.ts";

/**
 * Items, then those of a source that the writer lends, which is advanced only when somebody takes an item. If it throws,
 * the batch ends there, and the error is kept for the writer, since the reader has done nothing wrong.
 */
export class Loan<T> extends Batch<T> {
  #source: Iterator<T> | undefined;

  constructor(items: readonly T[], source: Iterator<T>) {
    super(items);
    this.#source = source;
  }

  /** Only asking it tells whether a source is at its end. */
  override get exhausted(): boolean {
    return this.#source === undefined && super.exhausted;
  }

  override next(): IteratorResult<T, undefined> {
    const result = super.next();
    return result.done ? this.#advance() : result;
  }

  override take(count: number): T[] {
    const items = super.take(count);
    while (items.length < count) {
      const result = this.#advance();
      if (result.done) break;
      items.push(result.value);
    }
    return items;
  }

  /** Closes the source, unless that has come to its end by itself. */
  override close(): void {
    const source = this.#source;
    this.#source = undefined;
    source?.return?.();
  }

  #advance(): IteratorResult<T, undefined> {
    const source = this.#source;
    if (source !== undefined) {
      if (this.busy) throw new TypeError("Could not read inside the source");
      this.busy = true;
      try {
        const result = source.next();
        if (!result.done) return { value: result.value, done: false };
      } catch (error) {
        this.failure = { error };
      } finally {
        this.busy = false;
      }
      this.#source = undefined;
    }
    return { value: undefined, done: true };
  }
}
