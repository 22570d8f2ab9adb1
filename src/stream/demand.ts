import { Batch } from "./batch.ts";

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
    const joined = this.#items;
    const counted = joined.length === 0 && isPlainArray(items);
    const batch = counted
      ? new Batch(items, undefined, true)
      : new Batch(joined, items?.[Symbol.iterator]());
    this.#items = [];
    this.wanted = 0;
    return batch;
  }
}

/** Whether `items` is iterated by counting, so that no iterator is needed (workload batches). */
function isPlainArray<T>(items: Iterable<T> | undefined): items is readonly T[] {
  return Array.isArray(items) && items[Symbol.iterator] === Array.prototype[Symbol.iterator];
}
