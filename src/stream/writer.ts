/// <reference lib="esnext.disposable" preserve="true" />
import type { AbortSignal } from "../core/platform.ts";
import type { WaitOptions } from "../end.ts";

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
  send(item: T, options?: WaitOptions): Promise<void>;

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
  write(items: Iterable<T> | AsyncIterable<T>, options?: WaitOptions): Promise<void>;

  /** Closes the stream. What has joined the reader's batch is handed over first. */
  return(): Promise<void>;

  /** Closes the stream with an error, which the reader is told after the items. Later calls reject with their error. */
  throw(error: unknown): Promise<void>;

  /** Aborts when the reader has left or the stream has ended, as the `signal` of a channel's server does. */
  readonly signal: AbortSignal;
}
