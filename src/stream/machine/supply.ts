import { Failure } from "../../core/settle.ts";

type Source<T> = Iterator<T> | AsyncIterator<T>;

/** What a `write` offers: items that are at hand, and a source of more, which is asked for one when that is wanted. */
export class Supply<T> {
  /** What is at hand begins at `taken`. It is only read, since a list belongs to those who have written it. */
  items: readonly T[];
  taken = 0;
  /** Whether somebody has read to the end of what is at hand: a list that grows then stays at its end. */
  finished = false;
  /** Where more comes from, until that has come to its end or is closed. */
  source: Source<T> | undefined;
  /** Whether the source answers with promises. */
  readonly async: boolean;
  /** Whether such an answer is awaited. */
  busy = false;
  /** What the source has thrown. */
  failure: Failure | undefined;

  constructor(items: readonly T[], source?: Source<T>, async = false) {
    this.items = items;
    this.source = source;
    this.async = async;
  }

  /** Whether an item is at hand. */
  get ready(): boolean {
    return !this.finished && this.taken < this.items.length;
  }

  /** Whether all has been taken, as far as this can be known without asking the source. */
  get exhausted(): boolean {
    return !this.ready && this.source === undefined;
  }

  /** Takes an item that is at hand. */
  take(): T {
    const { items, taken } = this;
    this.taken++;
    if (this.taken >= items.length) this.drop();
    return items[taken]!;
  }

  /** Takes at most `count` items that are at hand. @returns `before`, which may be another array now, and these. */
  takeMany(count: number, before: T[]): T[] {
    const { items, taken } = this;
    const end = Math.min(items.length, taken + count);
    let all = before;
    // A `slice` of an array of another class would make one of that class.
    if (all.length === 0 && (items as object).constructor === Array) all = items.slice(taken, end);
    else for (let i = taken; i < end; i++) all.push(items[i]!);
    this.taken = end;
    if (!this.ready) this.drop();
    return all;
  }

  /** Keeps nothing of what is at hand. */
  drop(): void {
    this.items = none;
    this.taken = 0;
  }

  /** Asks an iterator for an item, which runs it. */
  run(): void {
    try {
      this.#hold((this.source as Iterator<T>).next());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Asks an async iterator for an item. What it answers when it has been closed is dropped. */
  async ask(answered: () => void): Promise<void> {
    const source = this.source as AsyncIterator<T>;
    this.busy = true;
    try {
      const result = await source.next();
      if (this.source !== undefined) this.#hold(result);
    } catch (error) {
      this.#fail(error);
    }
    this.busy = false;
    answered();
  }

  /** Closes the source, unless that has come to its end. @returns What an async one answers. */
  close(): unknown {
    const { source } = this;
    this.source = undefined;
    const answer = source?.return?.();
    return this.async ? answer : undefined;
  }

  #hold(result: IteratorResult<T>): void {
    if (Object(result) !== result) {
      throw new TypeError(
        "A source has answered with what is no object, and so no iterator result",
      );
    }
    if (result.done) this.source = undefined;
    else {
      this.items = [result.value];
      this.taken = 0;
    }
  }

  #fail(error: unknown): void {
    this.source = undefined;
    this.failure = new Failure(error);
  }
}

/** An empty list, of which there need be only one. */
export const none: readonly never[] = [];

/**
 * Opens what is to be written.
 *
 * @throws `TypeError` for what cannot be iterated over.
 */
export function supplyOf<T>(items: Iterable<T> | AsyncIterable<T>): Supply<T> {
  const { [Symbol.asyncIterator]: openAsync } = (items ?? {}) as Partial<AsyncIterable<T>>;
  if (openAsync) return new Supply(none, opened(openAsync.call(items)), true);
  const { [Symbol.iterator]: open } = (items ?? {}) as Partial<Iterable<T>>;
  // To iterate over an array is to count, so that no iterator is needed (workload batches).
  if (Array.isArray(items) && open === none[Symbol.iterator]) return new Supply<T>(items);
  if (open) return new Supply(none, opened(open.call(items)));
  const what = items === null ? "null" : typeof items;
  throw new TypeError(
    `write() takes something to iterate over, and not ${what}: send() takes one item`,
  );
}

/** @throws `TypeError` for what is no object: a method that forgot its `return`. */
function opened<I>(iterator: I): I {
  if (Object(iterator) === iterator) return iterator;
  throw new TypeError("The iterator of what is to be written is no object");
}
