import { turn } from "./event-loop.ts";

/** What items may be taken from. */
export type AnyIterable<T, R = unknown> = AsyncIterable<T, R> | Iterable<T, R>;

/** What a source is poured into. */
export interface Sink<T, R> {
  /** Whether to ask the source for an item now. */
  wants(): boolean;
  item(item: T): void;
  end(result: R): void;
  fail(error: unknown): void;
}

interface AnyIterator<T, R> {
  next(): IteratorResult<T, R> | PromiseLike<IteratorResult<T, R>>;
  return?(): unknown;
}

/**
 * How sources are asked. Whoever looks on may replace this, to know on whose behalf a channel is asked: it is called where a
 * piece is made, and what it returns is called where its source is asked.
 */
export const asking: { bind<F>(ask: F): F } = { bind: (ask) => ask };

/** Where items come from: opened when the first is asked for, and closed once, unless it ends by itself. */
export class Source<T, R = unknown> {
  readonly #iterable: AnyIterable<T, R>;
  readonly #open: () => AnyIterator<T, R>;
  readonly #sink: Sink<T, R>;
  readonly #ask: () => unknown = asking.bind(() => this.#opened().next());
  #iterator: AnyIterator<T, R> | undefined;
  #pumping = false;
  /** Whether it has been asked for an item, and has not answered. */
  #asked = false;
  #over = false;
  /** Is told what fails once it is being closed. */
  #told: (error: unknown) => void = () => {};

  /** @throws `TypeError` for what is neither async iterable nor iterable. */
  constructor(iterable: AnyIterable<T, R>, sink: Sink<T, R>) {
    this.#iterable = iterable;
    this.#open = openerOf(iterable);
    this.#sink = sink;
  }

  /** Asks for items as long as they are wanted, never inside the call that wants them. */
  pump(): void {
    if (!this.#pumping && !this.#over) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    await undefined;
    while (!this.#over && this.#sink.wants()) {
      let done: boolean | undefined;
      let value: T | R;
      try {
        this.#asked = true;
        const result: unknown = await this.#ask();
        if (Object(result) !== result) throw new TypeError(noResult + String(result));
        ({ done, value } = result as IteratorResult<T, R>);
      } catch (error) {
        this.#asked = false;
        if (this.#over) this.#told(error);
        else {
          this.#over = true;
          this.#sink.fail(error);
        }
        return;
      }
      this.#asked = false;
      if (!done) this.#sink.item(value as T);
      else if (!this.#over) {
        this.#over = true;
        this.#sink.end(value as R);
      }
    }
    this.#pumping = false;
  }

  /**
   * Closes it, unless it has ended: its `return()` is called at once. An item that still comes goes to the sink.
   *
   * A source that has been asked for an item, and has answered neither that nor its `return()` when a turn of the event
   * loop has passed, is quiet: nobody waits for it any longer.
   *
   * @param told Is told what fails.
   * @returns Resolves when it has been closed; nothing if it has ended.
   */
  close(told: (error: unknown) => void): Promise<void> | undefined {
    if (this.#over) return undefined;
    this.#over = true;
    this.#told = told;
    return new Promise((resolve) => closeInTurn(() => resolve(this.#close())));
  }

  async #close(): Promise<void> {
    const closed = this.#return();
    if (this.#asked) await Promise.race([closed, turn()]);
    if (!this.#asked) await closed;
  }

  async #return(): Promise<void> {
    try {
      // One that was never opened is opened for this: it may be an iterator that somebody else has begun to iterate.
      await this.#opened().return?.();
    } catch (error) {
      this.#told(error);
    }
  }

  #opened(): AnyIterator<T, R> {
    return (this.#iterator ??= this.#open.call(this.#iterable));
  }
}

/** What is to be closed now. Sources that are nested deeply are closed one after another, not one inside the other. */
const closing: (() => void)[] = [];

function closeInTurn(close: () => void): void {
  if (closing.push(close) > 1) return;
  for (const each of closing) each();
  closing.length = 0;
}

const noResult = "The next() of a source must give an object, { value, done }, and not ";

function openerOf<T, R>(iterable: AnyIterable<T, R>): () => AnyIterator<T, R> {
  const given = (iterable ?? {}) as Partial<AsyncIterable<T, R> & Iterable<T, R>>;
  const open: unknown = given[Symbol.asyncIterator] ?? given[Symbol.iterator];
  if (typeof open === "function") return open as () => AnyIterator<T, R>;
  throw new TypeError(
    typeof (given as { client?: unknown }).client === "function"
      ? "A channel is no source of items: pass its client()"
      : `A source of items must be iterable or async iterable, and not of type ${typeof iterable}`,
  );
}
