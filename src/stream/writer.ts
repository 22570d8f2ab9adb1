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
 * However the items are written, they arrive in the same order. Calls may overlap, and are served in call order.
 *
 * @typeParam T The items.
 */
export interface Writer<T> extends AsyncDisposable {
  /**
   * Sends one item.
   *
   * Waits until the reader wants more. When the reader has asked for many, the item joins its batch, and the call waits
   * only when that is full. Cancels with `signal`, as the `send` of a channel's server does.
   *
   * @param item Any value.
   * @throws `ChannelClosed` when the reader has left; the error that the reader threw; `ChannelOverflow`; the reason of a
   *   signal.
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
   * An iterable is lent to the reader, which advances it as it takes items; an async one is advanced whenever the reader
   * wants more. Waits until all were taken and the reader wants more. Cancels with `signal`. If the items end early, by
   * `signal`, by the reader's leaving or an error, the source is closed, once and at once, even while it prepares an
   * item; the call waits for what that item was to be, which a native generator has first to come to.
   *
   * @param items Where the items come from. One that is iterable in both ways is iterated asynchronously.
   * @throws What the source threw; `ChannelClosed` when the reader has left; the error that the reader threw;
   *   `ChannelOverflow`; the reason of a signal; `TypeError` when `items` is not iterable.
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

  /** Closes the stream. What has joined the reader's batch is handed over first. */
  return(): Promise<void>;

  /** Closes the stream with an error, which the reader is told after the items. Later calls reject with their error. */
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
    if (signal?.aborted) this.#transfer.turnAway(offer, signal.reason);
    else {
      if (signal !== undefined) {
        cancelOnAbort(offer, signal, () => this.#transfer.cancel(offer, signal.reason));
      }
      this.#transfer.enter(offer);
    }
    return answered;
  }
}
