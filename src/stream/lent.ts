const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf([][Symbol.iterator]()),
);

/** What a reader receives: it takes from a batch, and leaves the rest where it is. */
export class Lent<T> implements IterableIterator<T, undefined> {
  #batch: Iterator<T, undefined> | undefined;

  declare readonly [Symbol.iterator]: () => this;

  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(batch: Iterator<T, undefined>) {
    this.#batch = batch;
  }

  next(): IteratorResult<T, undefined> {
    return this.#batch?.next() ?? { value: undefined, done: true };
  }

  return(): IteratorResult<T, undefined> {
    this.#batch = undefined;
    return { value: undefined, done: true };
  }
}
