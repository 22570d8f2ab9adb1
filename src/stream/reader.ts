/// <reference lib="esnext.disposable" preserve="true" />
import { cancelOnAbort } from "../core/abort.ts";
import { makeAskable } from "../core/ask.ts";
import { makeAsyncGenerator } from "../core/async-generator.ts";
import { CLIENT, NEXT, RECEIVE, RETURN, THROW } from "../core/call.ts";
import type { AbortSignal } from "../core/platform.ts";
import { promiseOf } from "../core/settle.ts";
import { createSignal } from "../core/signal.ts";
import type { Settle } from "../core/settle.ts";
import { settling } from "../end.ts";
import type { WaitOptions } from "../end.ts";
import { BatchIterator } from "./batch-iterator.ts";
import type { Transfer } from "./machine/transfer.ts";
import { Wish } from "./machine/wish.ts";

/**
 * The client end of a {@link StreamChannel}: an async generator of its items that can also take many at a time.
 *
 * Its calls may overlap. They form one sequence of wishes, which the writer's items fill in order: whatever the mixture, the
 * items are the same, in the same order, and none is lost between two calls.
 *
 * @typeParam T The items.
 */
export interface Reader<T> extends AsyncGenerator<T, void, void> {
  /**
   * Reads many items at once.
   *
   * Waits until there are as many. `read(0)` waits for nobody. Cancels with `signal`: what it had taken is there for the next
   * call.
   *
   * @param count How many: an integer, 0 or more, or `Infinity`, the default, for all there are to come.
   * @returns Exactly `count` items; fewer only at the end, none after it. If the writer's error or the stream's signal came
   *   first, the items before it; the next call is told.
   * @throws `RangeError` for any other `count`; what the writer threw; {@link ChannelOverflow}; the reason of a signal.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<number>();
   * void channel.serve((writer) => writer.write([1, 2, 3, 4, 5]));
   * const reader = channel.client();
   * console.log(await reader.read(2)); // => [ 1, 2 ]
   * console.log(await reader.read(2)); // => [ 3, 4 ]
   * console.log(await reader.read(2)); // => [ 5 ]
   * ```
   */
  read(count?: number, options?: WaitOptions): Promise<T[]>;

  /**
   * Receives what the writer has ready, as an iterator that takes the items straight from the writer's source.
   *
   * Waits until there is an item for it. An item is taken when it is pulled; until then it is there for the reader's next
   * call. The iterator lends from one call of the writer, and ends, for good, where that ends, where another call of the
   * reader waits, or when it is left: what is left of it is there for the next call. It holds one item where other calls wait
   * already, and where an async source is written. Cancels with `signal`, and takes nothing with it.
   *
   * @returns The items, lent.
   * @throws {@link ChannelClosed} at the end; what the writer threw; {@link ChannelOverflow}; the reason of a signal.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<number>();
   * void channel.serve((writer) => writer.write([1, 2, 3]));
   * for (const item of await channel.client().receive()) console.log(item);
   * // => 1
   * // => 2
   * // => 3
   * ```
   */
  receive(options?: WaitOptions): Promise<IterableIterator<T, undefined>>;

  /**
   * Iterates over batches. Leaving the loop leaves the stream, as leaving a loop over the reader does.
   *
   * @param count How many items a batch has, the last one aside: an integer, 1 or more, or `Infinity`. Without it, the batches
   *   are lent iterators, as {@link Reader.receive} gives.
   * @throws `RangeError` for any other `count`.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<number>();
   * void channel.serve((writer) => writer.write([1, 2, 3]));
   * for await (const pair of channel.client().batches(2)) console.log(pair);
   * // => [ 1, 2 ]
   * // => [ 3 ]
   * ```
   */
  batches(count: number): AsyncIterableIterator<T[]>;
  batches(): AsyncIterableIterator<IterableIterator<T, undefined>>;

  /** Aborts when the stream has ended, as the `signal` of a channel's client does. */
  readonly signal: AbortSignal;
}

/** The promises around the reader's side of a {@link Transfer}. */
export class ReaderEnd<T> implements Reader<T> {
  readonly #transfer: Transfer<T>;
  /** While what it returns with is being awaited: what its later calls wait for. */
  #leaving: Promise<unknown> | undefined;
  #signal: AbortSignal | undefined;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (reader, settle, waits) => reader.#ask(settle, waits));
  }

  /**
   * Where a reader meets its other end, for those who look on.
   *
   * @internal
   */
  static readonly meeting = (reader: ReaderEnd<unknown>): Transfer<unknown> => reader.#transfer;

  constructor(transfer: Transfer<T>) {
    this.#transfer = transfer;
  }

  next(): Promise<IteratorResult<T, void>> {
    const free = this.#leaving === undefined;
    const result = free ? this.#transfer.pull() : undefined;
    if (result !== undefined) return Promise.resolve(result);
    const wish = new Wish<T>(NEXT, undefined, 1);
    const offer = free ? this.#transfer.meetOffer(wish) : undefined;
    if (offer === undefined) return this.#call(wish);
    const answered = promiseOf<IteratorResult<T, void>>(wish);
    offer.settle(undefined);
    return answered;
  }

  read(count: number = Infinity, options?: WaitOptions): Promise<T[]> {
    const signal = options?.signal;
    if (!isCount(count)) return Promise.reject(notACount(count));
    if (count === 0 && !signal?.aborted) return Promise.resolve([]);
    return this.#call(new Wish<T>(RECEIVE, undefined, count, []), signal);
  }

  receive(options?: WaitOptions): Promise<IterableIterator<T, undefined>> {
    return this.#call(new Wish(RECEIVE, undefined, 1, undefined, true), options?.signal);
  }

  batches(count: number): AsyncIterableIterator<T[]>;
  batches(): AsyncIterableIterator<IterableIterator<T, undefined>>;
  batches(
    count?: number,
  ): AsyncIterableIterator<T[]> | AsyncIterableIterator<IterableIterator<T, undefined>> {
    if (count === undefined) {
      return new BatchIterator<IterableIterator<T, undefined>>(this, () =>
        this.#call(new Wish(NEXT, undefined, 1, undefined, true)),
      );
    }
    if (!isCount(count) || count === 0) throw notACount(count, 1);
    return new BatchIterator<T[]>(this, () => this.#call(new Wish<T>(NEXT, undefined, count, [])));
  }

  return(value?: void | PromiseLike<void>): Promise<IteratorResult<T, void>> {
    const known = settling(value);
    return known === undefined ? this.#call(new Wish(RETURN, value, 0)) : this.#returnLater(known);
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#call(new Wish(THROW, error, 0));
  }

  get signal(): AbortSignal {
    return (this.#signal ??= createSignal(this.#transfer, CLIENT));
  }

  #call<R>(wish: Wish<T>, signal?: AbortSignal): Promise<R> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#leaving !== undefined) return this.#leaving.then(() => this.#call(wish, signal));
    const answered = promiseOf<R>(wish);
    const transfer = this.#transfer;
    if (
      signal === undefined ||
      cancelOnAbort(wish, signal, (reason) => transfer.cancel(wish, reason))
    ) {
      transfer.enter(wish);
    }
    return answered;
  }

  /** Asks for an item, as `next()` does, until that is taken back. */
  #ask(
    settle: Settle,
    waits: ((withdraw: () => void) => void) | undefined,
  ): (() => void) | undefined {
    if (this.#leaving !== undefined) return undefined;
    const wish = new Wish<T>(NEXT, undefined, 1);
    const withdraw = (): void => this.#transfer.cancel(wish, undefined);
    wish.settle = settle;
    waits?.(withdraw);
    this.#transfer.enter(wish);
    return withdraw;
  }

  /** Awaits what it returns with, as a generator does; a rejection is thrown where the generator would see it. */
  #returnLater(known: Promise<void>): Promise<IteratorResult<T, void>> {
    if (this.#leaving !== undefined) {
      known.catch(() => {});
      return this.#leaving.then(() => this.#returnLater(known));
    }
    this.#transfer.withdraw();
    const leave = (): void => {
      this.#leaving = undefined;
    };
    this.#leaving = known.then(leave, leave);
    return known.then(
      (result) => this.return(result),
      async (error: unknown) => {
        if (this.#transfer.bodyRuns) return this.throw(error);
        await this.return();
        throw error;
      },
    );
  }
}

function isCount(count: unknown): boolean {
  return count === Infinity || (Number.isInteger(count) && (count as number) >= 0);
}

function notACount(count: unknown, least = 0): RangeError {
  return new RangeError(
    `A number of items is an integer, ${least} or more, or Infinity, and not ${String(count)}`,
  );
}
