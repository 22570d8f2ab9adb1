import { endOnAbort, limitOf } from "../channel-options.ts";
import type { ChannelOptions } from "../channel-options.ts";
import { makeServable, open, serve } from "../core/serving.ts";
import type { WaitOptions } from "../end.ts";
import { Meeting } from "./machine/meet.ts";
import type { Transfer } from "./machine/transfer.ts";
import { ReaderEnd } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { WriterEnd } from "./writer.ts";
import type { Writer } from "./writer.ts";

/**
 * A one-way channel whose items move many at a time, and even as lent synchronous iterators, without going through the
 * event loop for each.
 *
 * The writer's calls are one sequence of items, the reader's calls one of wishes: `next()` wants one item, `read(n)` as many
 * as it says, `receive()` whatever is at hand. **Items fill wishes, in order.** A call of the reader settles when its wish is
 * filled; a `send` or `write` when its items have been taken and more is wanted; a `put` when its item has been taken.
 *
 * @typeParam T The items.
 *
 * @example
 * ```ts
 * import { StreamChannel } from "coroutine-channels";
 *
 * const channel = new StreamChannel<string>();
 * void channel.serve(async (writer) => {
 *   await writer.send("One");
 *   await writer.write(["Two", "Three", "Four"]);
 * });
 *
 * const reader = channel.client();
 * console.log(await reader.read(2)); // => [ 'One', 'Two' ]
 * for await (const item of reader) console.log(item);
 * // => Three
 * // => Four
 * ```
 */
export class StreamChannel<T> {
  readonly #transfer: Transfer<T>;
  #reader: ReaderEnd<T> | undefined;

  static {
    makeServable<StreamChannel<unknown>>(this.prototype, (channel) => ({
      life: channel.#transfer,
      createEnd: () => createWriter(channel.#transfer),
    }));
  }

  /**
   * @param options As for a {@link Channel}.
   * @throws `RangeError` for a `limit` that is no positive integer.
   */
  constructor(options?: ChannelOptions) {
    this.#transfer = new Meeting(limitOf(options), options?.name);
    if (options?.signal !== undefined) endOnAbort(this.#transfer, options.signal);
  }

  /** Whether the stream has ended: the writer has closed, or the reader has left. */
  get closed(): boolean {
    return this.#transfer.closed;
  }

  /** The reader: the same object at every call. */
  client(): Reader<T> {
    return (this.#reader ??= new ReaderEnd(this.#transfer));
  }

  /**
   * Waits for the reader's first call, and opens the bare writer; otherwise like
   * {@link Channel.server}.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<number>();
   *
   * async function write() {
   *   await using writer = await channel.server();
   *   await writer.write([1, 2, 3]);
   * }
   *
   * void write();
   * console.log(await channel.client().read()); // => [ 1, 2, 3 ]
   * ```
   */
  server(options?: WaitOptions): Promise<Writer<T>> {
    return open(this.#transfer, createWriter<T>, options?.signal, false);
  }

  /**
   * Waits for the reader's first call, runs `body` with the writer, and closes the stream however the body ends; otherwise
   * like {@link Channel.serve}.
   *
   * @example
   * ```ts
   * import { StreamChannel } from "coroutine-channels";
   *
   * const channel = new StreamChannel<number>();
   * void channel.serve((writer) => writer.write([1, 2, 3]));
   * for await (const items of channel.client().batches(2)) console.log(items);
   * // => [ 1, 2 ]
   * // => [ 3 ]
   * ```
   */
  serve(
    body: (writer: Writer<T>) => void | PromiseLike<void>,
    options?: WaitOptions,
  ): Promise<void> {
    return serve(this.#transfer, createWriter<T>, body, options?.signal);
  }
}

function createWriter<T>(transfer: Transfer<T>): Writer<T> {
  return new WriterEnd(transfer);
}
