import { Queue } from "../../core/queue.ts";
import type { Link } from "../../core/queue.ts";
import { outOfRange } from "./misuse.ts";

/** How many items are kept, and what happens when there is one more. */
export interface Limits<T, O extends string = string> {
  capacity?: number | undefined;
  overflow?: O | undefined;
  onDrop?: ((item: T) => void) | undefined;
}

interface Kept<T> extends Link<Kept<T>> {
  readonly item: T;
}

/** Items that nobody has asked for yet. */
export class Backlog<T> {
  readonly #items = new Queue<Kept<T>>();
  readonly #capacity: number = 0;
  readonly #drops: "drop-oldest" | "drop-newest" | undefined;
  readonly #onDrop: ((item: T) => void) | undefined;

  /**
   * @param limits Without a capacity there is no room: its source has to wait for the consumer.
   * @param otherwise The policy that drops nothing, and is the default.
   * @throws `RangeError` if the capacity is invalid, `TypeError` for an unknown policy.
   */
  constructor(limits: Limits<T> = {}, otherwise = "wait") {
    const { capacity, overflow = otherwise, onDrop } = limits;
    if (overflow === "drop-oldest" || overflow === "drop-newest") this.#drops = overflow;
    else if (overflow !== otherwise) {
      throw new TypeError(
        `Unknown overflow policy: ${overflow} (expected ${otherwise}, drop-oldest or drop-newest)`,
      );
    }
    this.#onDrop = onDrop;
    if (!("capacity" in limits)) return;
    if (!(capacity! >= 1) || (capacity !== Infinity && !Number.isInteger(capacity))) {
      throw outOfRange("capacity is an integer from 1, or Infinity", capacity);
    }
    this.#capacity = capacity!;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Whether its source may go on, because there is room or will be made. */
  get accepts(): boolean {
    return this.#drops !== undefined || this.#items.length < this.#capacity;
  }

  /** Keeps an item, or another, as the policy says. Without one, it is kept even where there is no room. */
  push(item: T): void {
    const full = this.#items.length >= this.#capacity && this.#drops !== undefined;
    if (full && this.#drops === "drop-newest") this.drop(item);
    else {
      this.keep(item);
      if (full) this.drop(this.take());
    }
  }

  keep(item: T): void {
    this.#items.push({ item, next: undefined, previous: undefined });
  }

  /** Tells that nobody will get an item. */
  drop(item: T): void {
    this.#onDrop?.(item);
  }

  /** Takes the oldest item, where there is one. */
  take(): T {
    const oldest = this.#items.head as Kept<T>;
    this.#items.remove(oldest);
    return oldest.item;
  }

  /** All that is kept, the oldest first. */
  all(): T[] {
    const all: T[] = [];
    for (let kept = this.#items.head; kept !== undefined; kept = kept.next) all.push(kept.item);
    return all;
  }

  /** Takes all that is kept. */
  drain(): T[] {
    return this.#items.drain().map(({ item }) => item);
  }
}
