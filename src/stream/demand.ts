import { Batch } from "./batch.ts";
import { Loan } from "./loan.ts";

/**
 * What the reader wants, in the hands of both ends: the writer's single items join here until they are as many as
 * wanted, and are then handed over together.
 */
export class Demand<T> {
  /** How many items the reader waits for: 0 while it does not, or while a batch is under way to it. */
  wanted = 0;
  #items: T[] = [];

  /** How many items have joined. */
  get joined(): number {
    return this.#items.length;
  }

  join(item: T): void {
    this.#items.push(item);
  }

  /** What has joined, followed by `items`, which are lent. */
  take(items?: Iterable<T>): Batch<T> {
    const batch = this.#batch(items);
    this.#items = [];
    this.wanted = 0;
    return batch;
  }

  #batch(items: Iterable<T> | undefined): Batch<T> {
    if (items === undefined) return new Batch(this.#items);
    if (this.joined === 0 && isPlainArray(items)) return new Batch(items, true);
    return new Loan(this.#items, items[Symbol.iterator]());
  }
}

/** Whether `items` is iterated by counting, so that no iterator is needed (workload batches). */
function isPlainArray<T>(items: Iterable<T>): items is readonly T[] {
  return Array.isArray(items) && items[Symbol.iterator] === Array.prototype[Symbol.iterator];
}
