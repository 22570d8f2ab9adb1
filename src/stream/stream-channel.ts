import { Channel } from "../channel.ts";
import { limitOf } from "../channel-options.ts";
import type { ChannelOptions } from "../channel-options.ts";
import { makeServable, servableOf } from "../core/serving.ts";
import type { Server, WaitOptions } from "../end.ts";
import type { Batch } from "./batch.ts";
import { Demand } from "./demand.ts";
import type { Reader } from "./reader.ts";
import { StreamReader } from "./stream-reader.ts";
import { StreamWriter } from "./stream-writer.ts";
import type { Writer } from "./writer.ts";

/**
 * A one-way channel whose items move many at a time, and even as lent synchronous iterators, without going through the
 * event loop for each.
 *
 * It is a {@link Channel} of batches: the reader's demand goes up with its requests, and the batches come down. Reading
 * and writing by ones, by many, or by loans may be mixed at will; the items are the same, in the same order.
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
  readonly #channel: Channel<Batch<T>>;
  readonly #demand = new Demand<T>();
  readonly #limit: number;
  #reader: StreamReader<T> | undefined;

  static {
    makeServable<StreamChannel<unknown>>(this.prototype, (channel) => {
      const { life, server } = servableOf(channel.#channel)!;
      return { life, server: () => channel.#writer(server() as Server<Batch<unknown>>) };
    });
  }

  /**
   * @param options As for a {@link Channel}.
   * @throws `RangeError` for a `limit` that is no positive integer.
   */
  constructor(options?: ChannelOptions) {
    this.#channel = new Channel(options);
    this.#limit = limitOf(options);
  }

  /** Whether the stream has ended: the writer has closed, or the reader has left. */
  get closed(): boolean {
    return this.#channel.closed;
  }

  /** The reader: the same object at every call. */
  client(): Reader<T> {
    return (this.#reader ??= new StreamReader(this.#channel.client(), this.#demand, this.#limit));
  }

  /**
   * Waits for the reader's first call, and opens the bare writer; else as {@link Channel.server}.
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
  async server(options?: WaitOptions): Promise<Writer<T>> {
    return this.#writer(await this.#channel.server(options));
  }

  /**
   * Waits for the reader's first call, runs `body` with the writer, and closes the stream however the body ends; else as
   * {@link Channel.serve}.
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
    return this.#channel.serve((server) => body(this.#writer(server)), options);
  }

  #writer(server: Server<Batch<T>>): Writer<T> {
    return new StreamWriter(this.#channel, server, this.#demand);
  }
}
