type Source<T> = Iterator<T> | AsyncIterator<T>;

/** Many items: those at hand, and the source of more, which is asked for one when that is wanted. */
export class Supply<T> {
  /** Those at hand begin at `taken`. A list is only read, since it is lent. */
  items: readonly T[];
  taken = 0;
  /** Where more come from, until that has come to its end or has been closed. */
  source: Source<T> | undefined;
  /** Whether the source gives promises. */
  readonly async: boolean;
  /** Whether a promise of the source has still to be settled. */
  busy = false;
  /** Whether its call waits no longer, so that nobody wants what the source may still give. */
  abandoned = false;
  /** Whether its call waits until the source has been closed, and hears of it if that fails. */
  hearsOut = false;
  /** Counts the times that another call has waited, which ends the iterators that have been lent before. */
  age = 0;

  constructor(items: readonly T[], source?: Source<T>, async = false) {
    this.items = items;
    this.source = source;
    this.async = async;
  }

  /** Whether an item is at hand. */
  get ready(): boolean {
    return this.taken < this.items.length;
  }

  /** Whether it is known that all has been taken. */
  get exhausted(): boolean {
    return this.source === undefined && !this.ready;
  }

  /** Takes an item that is at hand. */
  take(): T {
    const item = this.items[this.taken++]!;
    if (!this.ready) this.drop();
    return item;
  }

  /** Moves at most `count` items that are at hand to the end of `to`. @returns How many. */
  move(count: number, to: T[]): T[] {
    const { items, taken } = this;
    const end = Math.min(items.length, taken + count);
    this.taken = end;
    if (to.length === 0 && (items as object).constructor === Array) to = items.slice(taken, end);
    else for (let i = taken; i < end; i++) to.push(items[i]!);
    if (!this.ready) this.drop();
    return to;
  }

  /** The source has answered. */
  hold(result: IteratorResult<T>): void {
    if (Object(result) !== result) {
      throw new TypeError(`An iterator's result is an object, and not ${String(result)}`);
    }
    if (result.done) this.source = undefined;
    else {
      this.items = [result.value];
      this.taken = 0;
    }
  }

  /** Keeps nothing of what is at hand. */
  drop(): void {
    this.items = none;
    this.taken = 0;
  }
}

const none: readonly never[] = [];

/**
 * Opens what is to be written.
 *
 * @throws `TypeError` for what cannot be iterated over.
 */
export function supplyOf<T>(items: Iterable<T> | AsyncIterable<T>): Supply<T> {
  if (has(items, Symbol.asyncIterator)) return new Supply([], items[Symbol.asyncIterator](), true);
  if (!has(items, Symbol.iterator)) {
    const type = items === null ? "null" : typeof items;
    throw new TypeError(
      `write() takes something to iterate over, and not ${type}: one item goes through send() or put()`,
    );
  }
  return isCounted(items) ? new Supply(items) : new Supply([], items[Symbol.iterator]());
}

/** Whether to iterate over `items` is to count, so that no iterator is needed (workload batches). */
function isCounted<T>(items: Iterable<T>): items is readonly T[] {
  return Array.isArray(items) && items[Symbol.iterator] === Array.prototype[Symbol.iterator];
}

function has<K extends symbol>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof (value as Partial<Record<K, unknown>> | null | undefined)?.[key] === "function";
}
