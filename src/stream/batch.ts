/**
 * What is handed over at once: items that the writer sent one by one, then those of a source that it lends.
 *
 * The source is advanced only when somebody takes an item. If it throws, the batch ends there, and the error is kept for
 * the writer, since the reader has done nothing wrong.
 */
export class Batch<T> {
  /** What the source threw. */
  failure: { readonly error: unknown } | undefined;
  /** Whether the source is at work on an item, so that it cannot be asked for another. */
  busy = false;
  #items: T[];
  #taken = 0;
  #source: Iterator<T> | undefined;

  constructor(items: T[], source?: Iterator<T>) {
    this.#items = items;
    this.#source = source;
  }

  /** Whether it is known that nothing is left. Only asking it tells whether a source is at its end. */
  get exhausted(): boolean {
    return this.#source === undefined && this.#taken === this.#items.length;
  }

  /** Takes one item. */
  next(): IteratorResult<T, undefined> {
    if (this.#taken < this.#items.length)
      return { value: this.#items[this.#taken++] as T, done: false };
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

  /** Takes as many items as there are, up to `count`. */
  take(count: number): T[] {
    if (this.#source === undefined && this.#taken === 0 && this.#items.length <= count) {
      const items = this.#items;
      this.#items = [];
      return items;
    }
    const items: T[] = [];
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
  }

  /** Closes the source, unless that has come to its end by itself. */
  close(): void {
    const source = this.#source;
    this.#source = undefined;
    source?.return?.();
  }
}
