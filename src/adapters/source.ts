import { has, shown } from "./iterator-of.ts";

/** What gets what comes of a {@link Source}, at the very moment. */
export interface Taker<T> {
  give(item: T): void;
  end(): void;
  fail(error: unknown): void;
}

/** How an iterator is asked, and with what. */
export type Question = [method?: "next" | "return" | "throw", value?: unknown];

/**
 * An iterator that somebody else wrote, asked for one item at a time and left at once, whatever it is doing.
 *
 * Nothing is awaited between what it answers and what becomes of that: an item, its end or its error is the taker's as
 * long as nobody has left, and an error that comes later is told by the leaving. An iterator that has ended or failed is
 * not left, as `for await` does not.
 */
export class Source<T> {
  readonly #iterator: AsyncIterator<T, unknown> | Iterator<T, unknown>;
  readonly #taker: Taker<T>;
  readonly #obliging: boolean;
  #asked = false;
  #over = false;
  #leaving: Promise<void> | undefined = undefined;
  /** What goes wrong while it is being left. */
  readonly #errors = new Set<unknown>();

  /** @param obliging Whether it answers as soon as it is left, though it be quiet: as a stream that is cancelled does. */
  constructor(
    iterator: AsyncIterator<T, unknown> | Iterator<T, unknown>,
    taker: Taker<T>,
    obliging = false,
  ) {
    this.#iterator = iterator;
    this.#taker = taker;
    this.#obliging = obliging;
  }

  /** Whether it owes an answer. */
  get asked(): boolean {
    return this.#asked;
  }

  /** Whether nothing comes any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Asks for an item, unless it has been asked, or is over. */
  ask(...[method = "next", value]: Question): void {
    if (!this.#asked && !this.#over) void this.#ask(method, value);
  }

  /**
   * Leaves the iterator. Its answers are nobody's from now on.
   *
   * One that has been asked, and has answered neither that nor its `return()` when a turn of the event loop has passed, is
   * quiet: nobody waits for it any longer.
   *
   * @returns Resolves when the iterator has been closed.
   * @throws What it fails with until then, in answering or in closing; an `AggregateError` of both.
   */
  leave(reason?: unknown): Promise<void> {
    if (this.#leaving !== undefined) return this.#leaving.catch(() => {}); // told to the first who left
    if (this.#over) return Promise.resolve();
    this.#over = true;
    return (this.#leaving = this.#close(reason));
  }

  async #ask(method: "next" | "return" | "throw", value: unknown): Promise<void> {
    this.#asked = true;
    let item: T;
    let done: boolean | undefined;
    try {
      const answer: unknown = (this.#iterator as Iterator<T, unknown>)[method]!(value);
      // A synchronous answer counts at once, or else what has ended could still be left.
      const result = (has(answer, "then") ? await answer : answer) as IteratorResult<T, unknown>;
      if (Object(result) !== result) {
        throw new TypeError(
          `Could not read from an iterator whose result is no object, but ${shown(result)}`,
        );
      }
      done = result.done;
      item = (done ? undefined : result.value) as T;
    } catch (error) {
      this.#asked = false;
      if (this.#over) this.#errors.add(error);
      else {
        this.#over = true;
        this.#taker.fail(error);
      }
      return;
    }
    this.#asked = false;
    if (this.#over) return;
    if (done) {
      this.#over = true;
      this.#taker.end();
    } else this.#taker.give(item);
  }

  async #close(reason: unknown): Promise<void> {
    const asked = this.#asked;
    const closed = this.#return(reason);
    if (asked) await Promise.race([closed, turn()]);
    if (!(this.#obliging ? asked : this.#asked)) await closed;
    const errors = [...this.#errors];
    if (errors.length > 1) {
      throw new AggregateError(errors, "The source failed, and so did closing it");
    }
    if (errors.length > 0) throw errors[0];
  }

  async #return(reason: unknown): Promise<void> {
    try {
      await this.#iterator.return?.(reason);
    } catch (error) {
      this.#errors.add(error);
    }
  }
}

const { setImmediate: soon = setTimeout } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
};

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => void soon(resolve));
}
