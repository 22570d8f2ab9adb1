const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf([][Symbol.iterator]()),
);

/**
 * What is handed over at once: items in an array, then those of a source that the writer lends. It is itself the iterator
 * that a reader receives, which may leave it at any time: what is left stays where it is.
 *
 * The source is advanced only when somebody takes an item. If it throws, the batch ends there, and the error is kept for
 * the writer, since the reader has done nothing wrong. An array may be lent, too: it is then read, but never given away.
 */
export class Batch<T> implements IterableIterator<T, undefined> {
  /** What the source threw. */
  failure: { readonly error: unknown } | undefined;
  /** Whether the source is at work on an item, so that it cannot be asked for another. */
  busy = false;
  #items: readonly T[];
  #taken = 0;
  #source: Iterator<T> | undefined;
  #lent: boolean;

  declare readonly [Symbol.iterator]: () => this;

  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(items: readonly T[], source?: Iterator<T>, lent = false) {
    this.#items = items;
    this.#source = source;
    this.#lent = lent;
  }

  /** Whether it is known that nothing is left. Only asking it tells whether a source is at its end. */
  get exhausted(): boolean {
    return this.#source === undefined && this.#taken >= this.#items.length;
  }

  /** Takes one item. */
  next(): IteratorResult<T, undefined> {
    return this.#taken < this.#items.length
      ? { value: this.#items[this.#taken++] as T, done: false }
      : this.#advance();
  }

  /** Leaves the rest for the next call of the reader. */
  return(): IteratorResult<T, undefined> {
    return { value: undefined, done: true };
  }

  /** Takes as many items as there are, up to `count`. */
  take(count: number): T[] {
    const all = this.#taken === 0 && this.#items.length <= count && !this.#lent;
    const items = all ? (this.#items as T[]) : this.#items.slice(this.#taken, this.#taken + count);
    this.#taken += items.length;
    if (all) {
      this.#items = [];
      this.#taken = 0;
    }
    while (items.length < count) {
      const result = this.next();
      if (result.done) break;
      items.push(result.value);
    }
    return items;
  }

  /** Puts items back in front of what is left. */
  putBack(items: T[]): void {
    this.#items = items.concat(this.#items.slice(this.#taken));
    this.#taken = 0;
    this.#lent = false;
  }

  /** Closes the source, unless that has come to its end by itself. */
  close(): void {
    const source = this.#source;
    this.#source = undefined;
    if (this.#lent) this.#items = [];
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
