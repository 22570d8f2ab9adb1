import { cancelOnAbort, onAbort } from "./core/abort.ts";
import type { AbortSignal } from "./core/abort.ts";
import { CLIENT, createCall, OPEN, RETURN, SERVER, THROW } from "./core/call.ts";
import { Rendezvous } from "./core/rendezvous.ts";
import { makeServable, serving } from "./core/serving.ts";
import type { Serving } from "./core/serving.ts";
import { Failure, promiseOf } from "./core/settle.ts";
import { End } from "./end.ts";
import type { Client, Server, WaitOptions } from "./end.ts";
import { ChannelClosed } from "./errors.ts";

/** How many calls may wait on one end, unless told otherwise. */
export const defaultLimit = 1024;

/** Options of a channel. */
export interface ChannelOptions {
  /** Ends the whole channel when it aborts: what waits on either end rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How many calls may wait on one end; one more rejects with `ChannelOverflow`. A positive integer or `Infinity`; 1024 by default. */
  limit?: number | undefined;
  /** A name for error messages and diagnostics. */
  name?: string | undefined;
}

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
   *
   * @internal
   */
  static readonly kept: Channel<unknown> = new Channel();
  static {
    this.kept.client();
    makeServable<Channel<unknown, unknown, unknown>, Server<unknown, unknown, unknown>>(
      this.prototype,
      (channel) => ({
        meeting: channel.#meeting,
        server: () => new End(channel.#meeting, SERVER),
      }),
    );
  }
  /** @internal */
  declare readonly [serving]?: () => Serving<Server<T, U, R>>;

  readonly #meeting: Rendezvous;
  #client: End<T, U, R> | undefined;

  /**
   * @throws `RangeError` for a `limit` that is no positive integer.
   */
  constructor(options?: ChannelOptions) {
    const limit = options?.limit ?? defaultLimit;
    if (!(limit >= 1) || limit % 1 > 0) {
      throw new RangeError(`Could not create a channel with limit: ${limit}`);
    }
    const meeting = new Rendezvous(limit, options?.name);
    this.#meeting = meeting;
    const signal = options?.signal;
    if (signal === undefined) return;
    if (signal.aborted) meeting.destroy(signal.reason);
    else meeting.ended = onAbort(signal, () => meeting.destroy(signal.reason));
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
   *   being served already; the reason of a signal.
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
    return this.#open(options?.signal, false);
  }

  /**
   * Waits for the client's first request, runs `body` with the server end, and closes the channel however the body
   * ends. The body mirrors a generator's, so that code moves between the two unchanged: what it returns is what the
   * client's last result holds, what it throws rejects the client's request, and when the client leaves, it is unwound
   * from where it waits, and the client waits until it has cleaned up. An `AbortError` that has come of the server's
   * `signal` unwinds it, too.
   *
   * Four things differ from a generator. What the first request brings can be received. A client that leaves settles its own waiting requests at once. A body's
   * catch-all sees the `ChannelClosed` by which a client that left unwinds it; a body that swallows it goes on, as a
   * generator that yields in its `finally` does. And the body runs in a turn of its own, never inside the client's call.
   *
   * Cancels with `signal`, as long as it waits for the client. Once the body runs, that is the body's own business.
   *
   * @param body Gets the server end, and may pass it on.
   * @returns What the body returned; `undefined` when the client left, which is no error, and unwound the body.
   * @throws What the body threw; what {@link Channel.server} throws.
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
    const serving = this.#serve(body, options?.signal, () => {
      serving.catch(() => {});
    });
    return serving;
  }

  async #serve(
    body: Body<T, U, R>,
    signal: AbortSignal | undefined,
    toldElsewhere: () => void,
  ): Promise<R | undefined> {
    assertBody(body);
    const meeting = this.#meeting;
    let server: Server<T, U, R>;
    try {
      server = await this.#open(signal, true);
    } catch (error) {
      if (meeting.left && error instanceof ChannelClosed) return undefined;
      if (meeting.isCause(error)) toldElsewhere();
      throw error;
    }
    try {
      const result = await body(server);
      if (isAsyncIterable(result)) throw new TypeError(noGenerator);
      meeting.close(RETURN, result);
      return result;
    } catch (error) {
      const departure = meeting.departure(error);
      if (departure !== undefined) {
        meeting.close(RETURN, departure.value);
        return undefined;
      }
      // What the client gets to hear, or the channel was ended with, need not be told a third time.
      if (meeting.close(THROW, error) || meeting.isCause(error)) toldElsewhere();
      throw error;
    }
  }

  #open(signal: AbortSignal | undefined, scoped: boolean): Promise<Server<T, U, R>> {
    const meeting = this.#meeting;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!meeting.closed) {
      if (meeting.served) {
        return Promise.reject(new TypeError("Could not serve a channel that is served already"));
      }
      meeting.served = true;
      meeting.scoped = scoped;
    }
    const call = createCall(SERVER, OPEN, undefined);
    const opened = promiseOf<Server<T, U, R>>(call);
    const { settle } = call;
    call.settle = (outcome) =>
      settle(outcome instanceof Failure ? outcome : new End(meeting, SERVER));
    if (signal !== undefined) {
      cancelOnAbort(call, signal, () => {
        meeting.served = meeting.scoped = false;
        meeting.cancel(call, signal.reason);
      });
    }
    meeting.enter(call);
    return opened;
  }
}

/** @throws `TypeError` for what cannot be called. */
export function assertBody(body: unknown): void {
  if (typeof body !== "function") {
    throw new TypeError(`Could not serve with a body of type: ${typeof body}`);
  }
}

const noGenerator =
  "The body has returned an async iterator: write `async (server) => ...`, and `await server.send(item)` for `yield item`";

function isAsyncIterable(value: unknown): boolean {
  const method = (value as { [Symbol.asyncIterator]?: unknown } | undefined | null)?.[
    Symbol.asyncIterator
  ];
  return typeof method === "function";
}
