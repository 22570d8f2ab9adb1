import type { Offer } from "./offer.ts";
import { Supply } from "./supply.ts";

const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf([][Symbol.iterator]()),
);

const nothing: Supply<never> = new Supply([]);

/** A list that is lent: an iterator over items that are at hand. */
export class ListLoan<T> implements IterableIterator<T, undefined> {
  #list: Supply<T>;

  declare readonly [Symbol.iterator]: () => this;

  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(list: Supply<T>) {
    this.#list = list;
  }

  next(): IteratorResult<T, undefined> {
    // In a reader's loop, a result that is made in one place, by a method that calls no other, is not made at all
    // (workload batches, lent iterators).
    const list = this.#list;
    let value: T | undefined;
    let done = false;
    if (list.taken < list.items.length) value = list.items[list.taken++];
    else {
      list.items = [];
      done = true;
    }
    return { value, done } as IteratorResult<T, undefined>;
  }

  /** Leaves the rest for the reader's next call. */
  return(): IteratorResult<T, undefined> {
    this.#list = nothing;
    return { value: undefined, done: true };
  }
}

/** Who lends what has to be asked for. */
export interface Lender<T> {
  /** @returns The next item of an offer; none if that ended, or another call waited, since the offer had this age. */
  lend(offer: Offer<T>, age: number | undefined): IteratorResult<T, undefined>;
}

/** An offer that is lent: an iterator that asks for its items. */
export class Loan<T> implements IterableIterator<T, undefined> {
  readonly #lender: Lender<T>;
  readonly #age: number | undefined;
  #offer: Offer<T> | undefined;

  declare readonly [Symbol.iterator]: () => this;

  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(lender: Lender<T>, offer: Offer<T>) {
    this.#lender = lender;
    this.#offer = offer;
    this.#age = offer.supply?.age;
  }

  next(): IteratorResult<T, undefined> {
    if (this.#offer !== undefined) {
      const result = this.#lender.lend(this.#offer, this.#age);
      if (!result.done) return result;
    }
    return this.return();
  }

  /** Leaves the rest for the reader's next call. */
  return(): IteratorResult<T, undefined> {
    this.#offer = undefined;
    return { value: undefined, done: true };
  }
}
