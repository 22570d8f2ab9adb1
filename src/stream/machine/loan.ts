import type { Offer } from "./offer.ts";
import { none, Supply } from "./supply.ts";

const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(none[Symbol.iterator]()),
);

/** A list that is lent. It may be left at any time: what is left stays where it is. */
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
      list.finished = true;
      this.#list = nothing;
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

const nothing: Supply<never> = new Supply(none);

/** What lends something that has to be asked for. */
export interface Lender<T> {
  /** Counts the times that a call of the reader has waited, which ends what was lent before. */
  readonly age: number;
  /** @returns An item of an offer that was lent at this age; none if that has ended. */
  lend(offer: Offer<T>, age: number): IteratorResult<T, undefined>;
}

/** An offer that is lent. */
export class Loan<T> implements IterableIterator<T, undefined> {
  readonly #lender: Lender<T>;
  readonly #age: number;
  #offer: Offer<T> | undefined;

  declare readonly [Symbol.iterator]: () => this;

  static {
    Object.setPrototypeOf(this.prototype, IteratorPrototype);
  }

  constructor(lender: Lender<T>, offer: Offer<T>) {
    this.#lender = lender;
    this.#age = lender.age;
    this.#offer = offer;
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
