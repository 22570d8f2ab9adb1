import { Queue } from "../core/queue.ts";
import type { Link } from "../core/queue.ts";

/** What happens when the buffer is full: its source waits, or the oldest or the newest item is dropped. */
export type Overflow = "wait" | "drop-oldest" | "drop-newest";

/** How much is kept for a consumer that is slower than what it consumes. */
export interface BufferOptions<T, O extends string = Overflow> {
  /** How many items, at most: a positive integer, or `Infinity` for no bound at all. */
  capacity: number;
  /** What happens when there is one more; `"wait"` by default. Endings and errors are never dropped. */
  overflow?: O | undefined;
  /**
   * Is handed each item that the consumer will not get, once: those dropped, and those left when it leaves. What it
   * throws ends the iteration.
   */
  onDrop?: ((item: T) => void) | undefined;
}

interface Kept<T> extends Link<Kept<T>> {
  readonly item: T;
}

/** Items that nobody has asked for yet, as many as there may be. */
export class Backlog<T> {
  readonly #items = new Queue<Kept<T>>();
  readonly #capacity: number = 0;
  readonly #overflow: Overflow = "wait";
  readonly #onDrop: ((item: T) => void) | undefined = undefined;

  /**
   * @param options Without them, nothing should be kept, since its source waits for the consumer.
   * @throws `RangeError` for a capacity that is none, `TypeError` for an unknown policy.
   */
  constructor(options?: BufferOptions<T>) {
    if (options === undefined) return;
    const { capacity, overflow = "wait", onDrop } = options;
    if (!(capacity >= 1 && (capacity === Infinity || Number.isInteger(capacity)))) {
      throw new RangeError(
        `Could not buffer with a capacity that is no positive integer: ${String(capacity)}`,
      );
    }
    if (overflow !== "wait" && overflow !== "drop-oldest" && overflow !== "drop-newest") {
      throw new TypeError(
        `Could not buffer with an overflow policy that is none: ${String(overflow)}`,
      );
    }
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#onDrop = onDrop;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Whether its source may go on, since there is room, or will be made. */
  get accepts(): boolean {
    return this.#overflow !== "wait" || this.#items.length < this.#capacity;
  }

  push(item: T): void {
    const full = this.#items.length >= this.#capacity && this.#overflow !== "wait";
    if (full && this.#overflow === "drop-newest") this.drop(item);
    else {
      this.#items.push({ item, next: undefined, previous: undefined });
      if (full) this.drop(this.take());
    }
  }

  /** Tells that nobody will get an item. */
  drop(item: T): void {
    this.#onDrop?.(item);
  }

  /** Takes the oldest one, where there is one. */
  take(): T {
    const oldest = this.#items.head as Kept<T>;
    this.#items.remove(oldest);
    return oldest.item;
  }
}
