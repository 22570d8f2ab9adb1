import { assertResult, wrongType } from "./misuse.ts";

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

/** For how many microtasks an answer may be on its way: through some ten generators, one inside the other. */
const onItsWay = 32;

/** Where items come from: opened when the first is asked for, and closed once, unless it ends by itself. */
export class Source<T, R = unknown> {
  readonly #iterable: AnyIterable<T, R>;
  readonly #open: () => AnyIterator<T, R>;
  readonly #sink: Sink<T, R>;
  readonly #ask: () => unknown = asking.bind(() => this.#opened().next());
  readonly #async: boolean;
  #iterator: AnyIterator<T, R> | undefined;
  #pumping = false;
  /** Whether it has been asked for an item, and has not answered. */
  #asked = false;
  #over = false;
  /** Is told what fails once it is being closed. */
  #told: (error: unknown) => void = () => {};

  /** @throws `TypeError` for what is neither async iterable nor iterable. */
  constructor(iterable: AnyIterable<T, R>, sink: Sink<T, R>) {
    const given = iterable as Partial<AsyncIterable<T, R> & Iterable<T, R>> | undefined | null;
    const openAsync = given?.[Symbol.asyncIterator];
    const open = (openAsync ?? given?.[Symbol.iterator]) as (() => AnyIterator<T, R>) | undefined;
    if (typeof open !== "function")
      throw wrongType("A source must be iterable or async iterable", iterable);
    this.#iterable = iterable;
    this.#async = open === openAsync;
    this.#open = open;
    this.#sink = sink;
  }

  /** Asks for items as long as they are wanted, never inside the call that wants them. */
  pump(): void {
    if (!this.#pumping && !this.#over) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (;;) {
      await undefined;
      if (this.#over || !this.#sink.wants()) break;
      let done: boolean | undefined;
      let value: T | R;
      try {
        this.#asked = true;
        const answer = this.#ask();
        // One that is not async has answered already, and may have ended.
        const result = this.#async ? await answer : answer;
        assertResult(result);
        ({ done, value } = result as IteratorResult<T, R>);
      } catch (error) {
        this.#asked = false;
        if (this.#over) this.#told(error);
        else {
          this.#over = true;
          this.#sink.fail(error);
        }
        break;
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
   * A source that has been asked for an item, and answers neither that nor its `return()`, is quiet: nobody waits for it.
   * One that has not been asked, or has answered, is waited for.
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
    const closing = this.#return();
    for (let i = 0; i < onItsWay && this.#asked; i++) await undefined;
    if (!this.#asked) await closing;
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
