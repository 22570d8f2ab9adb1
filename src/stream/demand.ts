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

  /** What has joined, followed by the items of `source`. */
  take(source?: Iterator<T>): Batch<T> {
    const items = this.#items;
    this.#items = [];
    this.wanted = 0;
    return new Batch(items, source);
  }
}
