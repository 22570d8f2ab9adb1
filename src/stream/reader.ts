/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortSignal } from "../core/platform.ts";
import type { WaitOptions } from "../end.ts";

/**
 * The client end of a {@link StreamChannel}: an async generator of its items, that can also take many at a time.
 *
 * However the items are taken, they come in the same order, and none is lost in between. Calls may overlap, and are
 * served in call order. Each waits until the writer has provided what it asks for.
 *
 * @typeParam T The items.
 */
export interface Reader<T> extends AsyncGenerator<T, void, void> {
  /**
   * Reads many items at once.
   *
   * Waits until there are as many. Cancels with `signal`: what has come in so far is there for the next call.
   *
   * @param count How many: an integer, 0 or more, or `Infinity`, the default, for all there are to come.
   * @returns Exactly `count` items; fewer only at the end, none after it. If the writer's error came first, the items
   *   before it; the next call rejects with the error.
   * @throws `RangeError` for any other `count`; what the writer threw; `ChannelOverflow`; the reason of a signal.
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
   * An iterator that is left early keeps the rest for the next call. It may turn out empty, since a source is not asked
   * before an item is taken.
   *
   * Waits until the writer has something ready. Cancels with `signal`, and takes nothing with it.
   *
   * @returns The items, lent.
   * @throws `ChannelClosed` at the end; what the writer threw; `ChannelOverflow`; the reason of a signal.
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
   * @param count How many items a batch has, as in {@link Reader.read}, but at least one; without it, what
   *   {@link Reader.receive} gives.
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
