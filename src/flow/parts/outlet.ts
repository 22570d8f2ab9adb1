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
import type { Backlog } from "./backlog.ts";
import { Ending } from "./ending.ts";

/** What fills outlets. */
export interface Feeder<T, R> {
  /** The consumer has asked for an item, or has taken that back: see whether the outlet is `hungry`, and `accepts`. */
  demand(outlet: Outlet<T, R>): void;
  /**
   * The outlet takes nothing more: closes what feeds it, unless that has ended.
   *
   * @param told Is told what fails.
   * @returns Resolves when that is closed; nothing if there is nothing to wait for.
   */
  close(outlet: Outlet<T, R>, told: (error: unknown) => void): Promise<unknown> | undefined;
}

/** How many requests may wait. */
const limit = 1024;

interface Request extends Link<Request> {
  settle: Settle;
}

function createRequest(settle: Settle): Request {
  return { settle, next: undefined, previous: undefined };
}

/**
 * The generator that the pieces return: the requests of a consumer, the items that are kept for it, and how it ends. It is
 * a synchronous state machine: whoever looks at it between two statements sees what is so.
 *
 * Requests wait only where nothing is kept. The first ending counts: from then on, no item is taken; those kept are given,
 * then the first request that waits, or the next to come, is told. A consumer that leaves takes nothing more: its waiting
 * requests are done at once, and what it would have been told, its leaving is told.
 */
export class Outlet<T, R = void> implements AsyncGenerator<T, R, void> {
  readonly #feeder: Feeder<T, R>;
  readonly #kept: Backlog<T>;
  readonly #waiting = new Queue<Request>();
  #ending: Ending<R> | undefined;
  /** Stops listening to the signal. */
  #release: (() => void) | undefined;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (outlet, settle) => outlet.#ask(settle));
  }

  constructor(feeder: Feeder<T, R>, kept: Backlog<T>) {
    this.#feeder = feeder;
    this.#kept = kept;
  }

  // The consumer's side.

  next(): Promise<IteratorResult<T, R>> {
    const request = createRequest(() => {});
    const answered = promiseOf<IteratorResult<T, R>>(request);
    this.#enter(request);
    // An ending is told in a turn of its own: a consumer that leaves in this one is told by that.
    if (this.#ending !== undefined) void Promise.resolve().then(() => this.#conclude());
    return answered;
  }

  async return(value?: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    const ending = this.#leave(true);
    const errors: unknown[] = [];
    let result: R | undefined;
    try {
      result = await value;
    } catch (error) {
      errors.push(error);
    }
    await ending.closed;
    ending.rejectUnless(errors);
    return { value: result as R, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<T, R>> {
    await this.#leave(false).closed;
    throw error;
  }

  /** Asks as `select` does: answers at once what can be. */
  #ask(settle: Settle): () => void {
    const request = createRequest(settle);
    this.#enter(request);
    this.#conclude();
    return () => {
      this.#waiting.remove(request);
      if (this.#ending === undefined) this.#feeder.demand(this);
    };
  }

  #enter(request: Request): void {
    if (this.#kept.length > 0) request.settle({ value: this.#kept.take(), done: false });
    else if (this.#waiting.length >= limit) fail(request, new ChannelOverflow(limit));
    else this.#waiting.push(request);
    if (this.#ending === undefined) this.#feeder.demand(this);
  }

  /** @param hears Whether it is told what fails. */
  #leave(hears: boolean): Ending<R> {
    const ending = this.#ending ?? new Ending<R>();
    if (ending.left) return ending;
    ending.leave(hears);
    const items = [...this.#kept];
    for (const _ of items) this.#kept.take();
    this.#finish(ending);
    this.#conclude();
    for (const item of items) this.#lose(item);
    return ending;
  }

  // The feeder's side.

  /** Ends with the reason of a signal when that aborts. */
  endOn(signal: AbortSignal | undefined): this {
    if (signal?.aborted) this.cut(signal.reason);
    else if (signal !== undefined) {
      this.#release = onAbort(signal, () => this.cut(signal.reason));
    }
    return this;
  }

  /** Whether it takes nothing more. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether the consumer waits for an item. */
  get hungry(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether an item would be handed over, or kept as the policy allows. */
  get accepts(): boolean {
    return this.hungry || this.#kept.accepts;
  }

  /** How many items are kept. */
  get kept(): number {
    return this.#kept.length;
  }

  /** Hands over an item, or keeps it. */
  push(item: T): void {
    const request = this.#waiting.head;
    if (this.#ending !== undefined) this.#lose(item);
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

  /** Ends with a result. */
  end(result: R): void {
    this.#finish(new Ending(result));
  }

  /** Ends with an error. */
  fail(error: unknown): void {
    const ending = new Ending<R>();
    ending.tell(error);
    this.#finish(ending);
  }

  /** Ends with a reason from outside: what feeds it is left at once, and nobody hears what comes of that. */
  cut(reason: unknown): void {
    const ending = new Ending<R>();
    ending.tell(reason);
    ending.deaf = true;
    this.#finish(ending);
  }

  #finish(ending: Ending<R>): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#release?.();
    const ripen = (): void => {
      ending.ripen();
      this.#conclude();
    };
    if (ending.deaf && !ending.left) ripen();
    else this.#conclude();
    // Only now, at rest, may foreign code run.
    const closed = this.#feeder.close(this, (error) => ending.tell(error));
    if (closed === undefined) ripen();
    else void closed.then(ripen);
  }

  /** Tells those who wait how it has ended, if that is known and nothing is kept. */
  #conclude(): void {
    const ending = this.#ending;
    if (!ending?.known || this.#kept.length > 0) return;
    for (const request of this.#waiting.drain()) ending.answer(request);
  }

  #lose(item: T): void {
    try {
      this.#kept.drop(item);
    } catch (error) {
      this.#ending?.tell(error);
    }
  }
}
