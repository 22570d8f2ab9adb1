/// <reference lib="esnext.disposable" preserve="true" />
import { onAbort } from "../../core/abort.ts";
import { makeAskable } from "../../core/ask.ts";
import { makeAsyncGenerator } from "../../core/async-generator.ts";
import { ChannelOverflow } from "../../core/errors.ts";
import type { AbortSignal } from "../../core/platform.ts";
import { Queue } from "../../core/queue.ts";
import type { Link } from "../../core/queue.ts";
import { fail, promiseOf } from "../../core/settle.ts";
import type { Settle } from "../../core/settle.ts";
import { Backlog } from "./backlog.ts";

/** How many requests may wait. */
const limit = 1024;

interface Request extends Link<Request> {
  settle: Settle;
}

/**
 * The generator that the pieces return: the requests of a consumer, the items that are kept for it, and how it ends. It is
 * a synchronous state machine: here, and nowhere else, is decided who is told what.
 *
 * Requests wait only where nothing is kept. The first ending counts: from then on no item is taken, and what feeds the
 * outlet is closed. Errors gather until that is done. Then, behind the items kept, whoever comes first is told all of them
 * at once: the first request that waits, or the next to come. But a consumer that leaves takes nothing more: its waiting
 * requests are done at once, and its `return()` is told.
 */
export abstract class Outlet<T, R = void> implements AsyncGenerator<T, R, void> {
  readonly #kept: Backlog<T>;
  readonly #waiting = new Queue<Request>();
  /** Whether an item has been asked for and not come, even if the request has been withdrawn: then it will be kept. */
  #due = false;
  /** Stops listening to the signal. */
  #release: (() => void) | undefined;

  /** Whether it takes nothing more. */
  ended = false;
  /** Whether what fed it has been closed, so that no more errors come. */
  #ripe = false;
  /** Whether the consumer has left. */
  #left = false;
  /** Whether nobody is to hear of further errors. */
  #deaf = false;
  #result: R | undefined;
  /** What nobody has been told yet. */
  #errors: unknown[] = [];
  #closed: Promise<void> | undefined;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (outlet, settle) => outlet.#ask(settle));
  }

  constructor(kept: Backlog<T> = new Backlog()) {
    this.#kept = kept;
  }

  /** The consumer has asked for an item, or has taken that back: see whether it is `hungry`, and `accepts`. */
  protected abstract demand(): void;

  /**
   * Closes what feeds it, unless that has ended.
   *
   * @param told Is told what fails.
   * @returns Resolves when that is closed; nothing if there is nothing to wait for.
   */
  protected abstract close(told: (error: unknown) => void): Promise<unknown> | undefined;

  // The consumer's side.

  next(): Promise<IteratorResult<T, R>> {
    const request: Request = { settle: () => {}, next: undefined, previous: undefined };
    const answered = promiseOf<IteratorResult<T, R>>(request);
    this.#enter(request);
    // An ending is told in a turn of its own: a consumer that leaves in this one is told by that.
    if (this.ended) void Promise.resolve().then(() => this.#conclude());
    return answered;
  }

  async return(value?: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    this.#leave(false);
    const errors: unknown[] = [];
    let result: R | undefined;
    try {
      result = await value;
    } catch (error) {
      errors.push(error);
    }
    await this.#closed;
    errors.push(...this.#errors.splice(0));
    if (errors.length > 0) throw inOne(errors);
    return { value: result as R, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<T, R>> {
    this.#leave(true);
    await this.#closed;
    throw error;
  }

  /** Asks as `select` does: what can be is answered at once. */
  #ask(settle: Settle): () => void {
    const request: Request = { settle, next: undefined, previous: undefined };
    this.#enter(request);
    this.#conclude();
    return () => {
      this.#waiting.remove(request);
      this.#demand();
    };
  }

  #enter(request: Request): void {
    if (this.#kept.length > 0) request.settle({ value: this.#kept.take(), done: false });
    else if (this.#waiting.length >= limit) fail(request, new ChannelOverflow(limit));
    else {
      this.#waiting.push(request);
      this.#due = true;
    }
    this.#demand();
  }

  #demand(): void {
    if (!this.ended) this.demand();
  }

  /** @param deaf Whether the consumer has an error of its own, and hears of no other: as when a loop throws. */
  #leave(deaf: boolean): void {
    if (this.#left) return;
    this.#left = true;
    this.#deaf ||= deaf;
    // A reason from outside is known outside.
    if (this.#deaf) this.#errors = [];
    const items = this.#kept.drain();
    if (this.ended) {
      this.#conclude();
      for (const item of items) this.#lose(item);
    } else this.#finish([], undefined, deaf, items);
  }

  // The side of what feeds it.

  /** Ends with the reason of a signal when that aborts. */
  endOn(signal: AbortSignal | undefined): this {
    const cut = (): void => this.cut(signal!.reason);
    if (signal?.aborted) cut();
    else this.#release = signal && onAbort(signal, cut);
    return this;
  }

  /** Whether the consumer waits for an item. */
  get hungry(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether an item has been asked for, or would be kept as the policy allows. */
  get accepts(): boolean {
    return this.hungry || this.#due || this.#kept.accepts;
  }

  /** How many items are kept. */
  get kept(): number {
    return this.#kept.length;
  }

  /** Hands over an item, or keeps it. */
  item(item: T): void {
    const request = this.#waiting.head;
    this.#due = false;
    if (this.ended) this.#lose(item);
    else if (request !== undefined) {
      this.#waiting.remove(request);
      request.settle({ value: item, done: false });
    } else {
      try {
        this.#kept.push(item);
      } catch (error) {
        this.fail(error);
      }
    }
  }

  end(result: R): void {
    this.#finish([], result);
  }

  fail(error: unknown): void {
    this.#finish([error]);
  }

  /** Ends with a reason from outside: what feeds it is left at once, and nobody hears what comes of that. */
  cut(reason: unknown): void {
    this.#finish([reason], undefined, true);
  }

  /** @param items Those that nobody will get. */
  #finish(errors: unknown[], result?: R, deaf = false, items: readonly T[] = []): void {
    if (this.ended) return;
    this.ended = true;
    this.#errors = errors;
    this.#result = result;
    this.#deaf = deaf;
    this.#release?.();
    const cut = deaf && !this.#left;
    this.#ripe = cut;
    this.#conclude();
    // Only now, at rest, may foreign code run.
    for (const item of items) this.#lose(item);
    const closed = this.close((error) => {
      if (!this.#deaf) this.#errors.push(error);
    });
    const ripen = (): void => {
      this.#ripe = true;
      this.#conclude();
    };
    if (closed === undefined) ripen();
    else if (!cut) this.#closed = closed.then(ripen);
  }

  /** Tells those who wait how it has ended, if that is known. */
  #conclude(): void {
    if (!this.#ripe && !this.#left) return;
    for (const request of this.#waiting.drain()) {
      const errors = this.#left ? [] : this.#errors.splice(0);
      if (errors.length > 0) fail(request, inOne(errors));
      else request.settle({ value: this.#left ? undefined : this.#result, done: true });
      this.#result = undefined;
    }
  }

  #lose(item: T): void {
    try {
      this.#kept.drop(item);
    } catch (error) {
      if (!this.#deaf) this.#errors.push(error);
    }
  }
}

function inOne(errors: unknown[]): unknown {
  return errors.length === 1
    ? errors[0]
    : new AggregateError(errors, `Several things have failed: ${errors.length}`);
}
