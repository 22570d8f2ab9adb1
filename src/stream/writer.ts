/// <reference lib="esnext.disposable" preserve="true" />
import { cancelOnAbort } from "../core/abort.ts";
import { makeDisposable } from "../core/async-generator.ts";
import { PUT, RETURN, SEND, SERVER, THROW } from "../core/call.ts";
import type { AbortSignal } from "../core/platform.ts";
import { promiseOf } from "../core/settle.ts";
import { createSignal } from "../core/signal.ts";
import type { WaitOptions } from "../end.ts";
import { Offer } from "./machine/offer.ts";
import { supplyOf } from "./machine/supply.ts";
import type { Transfer } from "./machine/transfer.ts";

/**
 * The server end of a {@link StreamChannel}.
 *
 * Its calls may overlap. They form one sequence of items, which fill the reader's calls in order: however they are written,
 * they arrive in the same order.
 *
 * @typeParam T The items.
 */
export interface Writer<T> extends AsyncDisposable {
  /**
   * Sends one item.
   *
   * Waits until the item has been taken and the reader wants more. When the reader has asked for many, the item joins its
   * batch, and the call waits only when that is full. Cancels with `signal`: before the item has been taken, it is as if the
   * call had never been made; after that, only the wait ends.
   *
   * @param item Any value.
   * @throws {@link ChannelClosed} when the reader has left, where `undelivered` tells whether the item was taken; the error
   *   that the reader threw; {@link ChannelOverflow}; the reason of a signal.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<string>();
   * void channel.serve(async (writer) => {
   *   await writer.send("One");
   *   await writer.send("Two");
   * });
   * console.log(await channel.client().read()); // => [ 'One', 'Two' ]
   * ```
   */
  readonly send: (this: object, item: T, options?: WaitOptions) => Promise<void>;

  /**
   * Puts one item into the stream, and goes on: one routine can keep many readers at work at once.
   *
   * Waits until the reader has taken the item, and not until it wants more. Cancels with `signal`: a `put` that rejects was
   * not taken.
   *
   * @param item Any value.
   * @throws As {@link Writer.send} does.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<string>();
   * void channel.serve(async (writer) => {
   *   await writer.put("One");
   *   console.log("taken");
   * });
   * console.log((await channel.client().next()).value);
   * // => One
   * // => taken
   * ```
   */
  readonly put: (this: object, item: T, options?: WaitOptions) => Promise<void>;

  /**
   * Writes many items: the counterpart of `yield*`.
   *
   * An iterable is lent to the reader, which advances it as it takes items; an async one is advanced when an item is wanted.
   * Waits until all have been taken and the reader wants more. Cancels with `signal`.
   *
   * A source that has not come to its end when the call settles is closed, once. One that is at work on an item holds nobody:
   * the call settles at once, and what comes late is dropped. One that is idle when the reader leaves is heard out: the call
   * waits until it has closed, and rejects with its error.
   *
   * @param items Where the items come from, opened in the call. If it is iterable in both ways, it is iterated
   *   asynchronously.
   * @throws What the source threw; {@link ChannelClosed} when the reader has left, where `undelivered` is `true` unless all
   *   was taken; the error that the reader threw; {@link ChannelOverflow}; the reason of a signal; `TypeError` when `items`
   *   is not iterable.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * function* naturals() {
   *   for (let i = 0; ; i++) yield i;
   * }
   *
   * const channel = new StreamChannel<number>();
   * void channel.serve((writer) => writer.write(naturals()));
   * const reader = channel.client();
   * console.log(await reader.read(3)); // => [ 0, 1, 2 ]
   * await reader.return();
   * ```
   */
  readonly write: (
    this: object,
    items: Iterable<T> | AsyncIterable<T>,
    options?: WaitOptions,
  ) => Promise<void>;

  /**
   * Closes the stream, behind all that was called before: the reader is given what there is, and then told of the end. Settles
   * at once.
   */
  return(): Promise<void>;

  /** Closes the stream with an error, as {@link Writer.return} does: the reader is told the error after the items. */
  throw(error: unknown): Promise<void>;

  /** Aborts when the reader has left or the stream has ended, as the `signal` of a channel's server does. */
  readonly signal: AbortSignal;
}

const joined: Promise<void> = Promise.resolve();

/** The promises around the writer's side of a {@link Transfer}. */
export class WriterEnd<T> implements Writer<T> {
  readonly #transfer: Transfer<T>;
  #signal: AbortSignal | undefined;

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeDisposable(this.prototype);
  }

  /**
   * Where a writer meets its other end, for those who look on.
   *
   * @internal
   */
  static readonly meeting = (writer: WriterEnd<unknown>): Transfer<unknown> => writer.#transfer;

  constructor(transfer: Transfer<T>) {
    this.#transfer = transfer;
  }

  send(item: T, options?: WaitOptions): Promise<void> {
    if (!options?.signal?.aborted && this.#transfer.join(item)) return joined;
    const offer = new Offer<T>(SEND, item);
    if (options?.signal === undefined) {
      const wish = this.#transfer.meetWish(offer);
      if (wish !== undefined) {
        offer.value = undefined;
        const answered = promiseOf<void>(offer);
        wish.settle({ value: item, done: false });
        return answered;
      }
    }
    return this.#call(offer, options?.signal);
  }

  put(item: T, options?: WaitOptions): Promise<void> {
    return this.#call(new Offer(PUT, item), options?.signal);
  }

  write(items: Iterable<T> | AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    try {
      return this.#call(new Offer(SEND, undefined, supplyOf(items)), signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async return(): Promise<void> {
    await this.#call(new Offer(RETURN, undefined));
  }

  async throw(error: unknown): Promise<void> {
    await this.#call(new Offer(THROW, error));
  }

  get signal(): AbortSignal {
    return (this.#signal ??= createSignal(this.#transfer, SERVER));
  }

  #call(offer: Offer<T>, signal?: AbortSignal): Promise<void> {
    const answered = promiseOf<void>(offer);
    const transfer = this.#transfer;
    if (signal?.aborted) transfer.turnAway(offer, signal.reason);
    else if (
      signal === undefined ||
      cancelOnAbort(offer, signal, (reason) => transfer.cancel(offer, reason))
    ) {
      transfer.enter(offer);
    }
    return answered;
  }
}
