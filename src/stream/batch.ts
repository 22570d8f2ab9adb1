/**
 * Items that are handed over at once, in an array of its own or one that is lent, and so is read only. It is itself the
 * iterator that a reader receives, which may leave it at any time: what is left stays where it is.
 */
export class Batch<T> implements IterableIterator<T, undefined> {
  /** Whether a lent source is at work on an item, so that it cannot be asked for another. */
  busy = false;
  /** What a lent source threw. */
  failure: { readonly error: unknown } | undefined = undefined;
  #items: readonly T[];
  #taken = 0;
  #lent: boolean;

  declare readonly [Symbol.iterator]: () => this;

  static {
    const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(items: readonly T[], lent = false) {
    this.#items = items;
    this.#lent = lent;
  }

  /** Whether it is known that nothing is left. */
  get exhausted(): boolean {
    return this.#taken >= this.#items.length;
  }

  /** Takes one item. */
  next(): IteratorResult<T, undefined> {
    // In a reader's loop, a result that is made in one place, by a method that calls no other, is not made at all
    // (workload batches, lent iterators).
    let value: T | undefined;
    let done = false;
    if (this.#taken < this.#items.length) value = this.#items[this.#taken++];
    else done = true;
    return { value, done } as IteratorResult<T, undefined>;
  }

  /** Leaves the rest for the next call of the reader. */
  return(): IteratorResult<T, undefined> {
    return { value: undefined, done: true };
  }

  /** Takes as many items as there are, up to `count`. */
  take(count: number): T[] {
    const items = this.#items.slice(this.#taken, this.#taken + count);
    this.#taken += items.length;
    if (this.#taken >= this.#items.length) {
      this.#items = [];
      this.#taken = 0;
    }
    return items;
  }

  /** Puts items back in front of what is left. */
  putBack(items: T[]): void {
    this.#items = items.concat(this.#items.slice(this.#taken));
    this.#taken = 0;
    this.#lent = false;
  }

  /** Takes back what was lent. */
  close(): void {
    if (this.#lent) this.#items = [];
  }
}
