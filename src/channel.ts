import { endOnAbort, limitOf } from "./channel-options.ts";
import type { ChannelOptions } from "./channel-options.ts";
import { CLIENT, SERVER } from "./core/call.ts";
import { Meeting } from "./core/meet.ts";
import type { Rendezvous } from "./core/rendezvous.ts";
import { makeServable, open, serve } from "./core/serving.ts";
import { End } from "./end.ts";
import type { Client, Server, WaitOptions } from "./end.ts";

/** The routine at a channel's server end. */
export type Body<T, U, R> = (server: Server<T, U, R>) => R | PromiseLike<R>;

/**
 * An async generator turned inside out.
 *
 * The client end is what the consumer of a generator holds: iterate it with `for await`, or converse with it through
 * `send` and `receive`. The server end is what the generator's body sees, as an object: `await server.send(item)` in any
 * routine is what `yield item` is in a body. It may be passed on to another routine, and one routine may hold many.
 *
 * - The k-th emission of the server answers the k-th request of the client, whose next request answers the emission.
 *   Nothing is produced before it is asked for.
 * - Items and waiting calls are first in, first out.
 * - An item is received once, or its sender is told that it was not.
 * - Every waiting call settles when the channel ends, in whatever way.
 *
 * @typeParam T What the server sends to the client.
 * @typeParam U What the client sends back; nothing by default.
 * @typeParam R What the server returns at the end; nothing by default.
 *
 * @example Letters down, numbers up
 * ```ts
 * import { Channel, ChannelClosed } from "coroutine-channels";
 *
 * const channel = new Channel<string, number>();
 *
 * const letters = channel.serve(async (server) => {
 *   console.log(await server.send("A"));
 *   console.log(await server.send("B"));
 * });
 *
 * async function numbers() {
 *   const client = channel.client();
 *   console.log(await client.receive());
 *   for (let i = 0; ; i++) console.log(await client.send(i));
 * }
 *
 * await Promise.all([letters, numbers().catch(ChannelClosed.ignore)]);
 * // => A
 * // => 0
 * // => B
 * // => 1
 * ```
 */
export class Channel<T, U = void, R = void> {
  /**
   * One that lives for ever. When a full collection finds no channel alive, V8 throws away all that it has optimised for
   * channels (workload garbage-collected).
   */
  static readonly #kept: Channel<unknown> = new Channel();
  static {
    this.#kept.client();
    makeServable<Channel<unknown, unknown, unknown>>(this.prototype, (channel) => ({
      life: channel.#meeting,
      createEnd: () => createServer(channel.#meeting),
    }));
  }

  readonly #meeting: Rendezvous;
  #client: End<T, U, R> | undefined;

  /**
   * @throws `RangeError` for a `limit` that is no positive integer.
   */
  constructor(options?: ChannelOptions) {
    const meeting = new Meeting(limitOf(options), options?.name);
    this.#meeting = meeting;
    if (options?.signal !== undefined) endOnAbort(meeting, options.signal);
  }

  /** Whether the channel has ended: the server has closed, or the client has left. */
  get closed(): boolean {
    return this.#meeting.closed;
  }

  /**
   * The client end: the same object at every call.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string>();
   * void channel.serve(async (server) => {
   *   await server.send("One");
   *   await server.send("Two");
   * });
   * for await (const item of channel.client()) console.log(item);
   * // => One
   * // => Two
   * ```
   */
  client(): Client<T, U, R> {
    return (this.#client ??= new End(this.#meeting, CLIENT));
  }

  /**
   * Waits for the client's first request, and opens the bare server end: for a routine that is not a generator's body.
   *
   * With this end, the channel has ended as soon as either end closes, and nobody waits for anybody. Open it with
   * `await using`, or close it yourself. A block that is left by an exception closes the channel normally, since a
   * disposer cannot know better: use {@link Channel.serve} for an error to reach the client.
   *
   * Cancels with `signal`, which ends the wait for the client; the channel may then be served by another call.
   *
   * @returns The server end.
   * @throws {@link ChannelClosed} when the client has left or the channel has ended; `TypeError` when the channel is
   *   served already; the reason of a signal, be it this or the channel's own.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string>();
   *
   * async function produce() {
   *   await using server = await channel.server();
   *   await server.send("Foo");
   * }
   *
   * void produce();
   * for await (const item of channel.client()) console.log(item); // => Foo
   * ```
   */
  server(options?: WaitOptions): Promise<Server<T, U, R>> {
    return open(this.#meeting, createServer<T, U, R>, options?.signal, false);
  }

  /**
   * Waits for the client's first request, runs `body` with the server end, and closes the channel however the body
   * ends. The body mirrors a generator's, so that code moves between the two unchanged: what it returns is what the
   * client's last result holds, what it throws rejects the client's request, and when the client leaves, it is unwound
   * from where it waits, and the client waits until it has cleaned up. An `AbortError` that has come of the server's
   * `signal` unwinds it, too.
   *
   * Five things differ from a generator. A body that begins with `receive()` gets what the first request brought. A client
   * that leaves settles its own waiting requests at once. A body's catch-all sees the `ChannelClosed` by which a client
   * that left unwinds it; a body that swallows it goes on, as a generator that yields in its `finally` does. The body runs
   * in a turn of its own, never inside the client's call. And `send(promise)` does not await the promise.
   *
   * Cancels with `signal`, as long as it waits for the client. Once the body runs, that is the body's own business.
   *
   * @param body Gets the server end, and may pass it on.
   * @returns What the body returned; `undefined` when the client left, which is no error, and unwound the body.
   * @throws What the body threw; what {@link Channel.server} throws; `TypeError` for a body that is a generator function.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<number, void, string>();
   * const serving = channel.serve(async (server) => {
   *   try {
   *     for (let i = 0; ; i++) await server.send(i);
   *   } finally {
   *     console.log("cleaned up");
   *   }
   * });
   * for await (const i of channel.client()) {
   *   console.log(i);
   *   if (i === 1) break;
   * }
   * // => 0
   * // => 1
   * // => cleaned up
   * await serving;
   * ```
   */
  serve(body: Body<T, U, R>, options?: WaitOptions): Promise<R | undefined> {
    return serve(this.#meeting, createServer<T, U, R>, body, options?.signal);
  }
}

function createServer<T, U, R>(meeting: Rendezvous): Server<T, U, R> {
  return new End(meeting, SERVER);
}
