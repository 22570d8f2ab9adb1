import { Channel } from "../index.ts";
import type { Client } from "../index.ts";
import { Conversation } from "./conversation.ts";
import { EndSink } from "./end-sink.ts";
import { toReadableStream } from "./to-readable-stream.ts";

/**
 * Makes the two streams that `pipeThrough` takes, of a function that reads items and gives others, or of a channel that
 * speaks both ways.
 *
 * Nothing is taken from what is piped in before somebody reads from what comes out, and no more than that needs.
 *
 * With a function, of which any async generator function of one argument is an example, what is written comes in through
 * a client end, and what it gives is read. With a channel, what is read is what its server sends, and each chunk
 * written answers the item that was read before it: `server.send(item)` resolves to it. A server that listens first
 * begins with `server.receive()`, which gives no item to read. After the last chunk the client leaves, so that the
 * server's body unwinds; what it still sends while it cleans up is read, too.
 *
 * Cancelling `readable` leaves the client with the reason, and `writable` errors with a `ChannelClosed` whose `value` is
 * the reason, as it does when the function is done early. Aborting `writable` throws the reason where the function, or
 * the server, waits for an item. Their own errors reach whoever reads.
 *
 * @param source The function, or the channel, whose client end belongs to the streams from now on.
 * @returns The pair of streams, which is a `ReadableWritablePair`.
 *
 * @example
 * ```ts
 * import { fromReadableStream, toReadableStream, toTransformStream } from "coroutine-channels/web";
 *
 * async function* tokens() {
 *   yield* ["Chan", "nels ", "are ", "gene", "rators"];
 * }
 *
 * async function* words(texts: AsyncIterable<string>) {
 *   let rest = "";
 *   for await (const text of texts) {
 *     const parts = (rest + text).split(" ");
 *     rest = parts.pop() ?? "";
 *     yield* parts;
 *   }
 *   yield rest;
 * }
 *
 * const stream = toReadableStream(tokens()).pipeThrough(toTransformStream(words));
 * for await (const word of fromReadableStream(stream)) console.log(word);
 * // => Channels
 * // => are
 * // => generators
 * ```
 */
export function toTransformStream<I, O>(
  source: (items: Client<I>) => AsyncIterable<O>,
): { readable: ReadableStream<O>; writable: WritableStream<I> };
export function toTransformStream<T, U, R>(
  source: Channel<T, U, R>,
): { readable: ReadableStream<T>; writable: WritableStream<U> };
export function toTransformStream<I, O, R>(
  source: ((items: Client<I>) => AsyncIterable<O>) | Channel<O, I, R>,
): { readable: ReadableStream<O>; writable: WritableStream<I> } {
  const written = new Channel<I>();
  const items = written.client();
  const results =
    typeof source === "function"
      ? source(items)[Symbol.asyncIterator]()
      : new Conversation<O, I>(source.client(), items);
  return { readable: toReadableStream(leaving(items, results)), writable: writableOf(written) };
}

/** Iterates over the results, and leaves the items when that is over in any way. */
function leaving<I, O>(
  items: Client<I>,
  results: AsyncIterator<O, unknown>,
): AsyncIterable<O, unknown> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await results.next();
          if (result.done) await items.return();
          return result;
        } catch (error) {
          // Rejects with the error again, unless somebody waits to be told.
          await items.throw(error).catch(() => {});
          throw error;
        }
      },
      async return(reason?: unknown) {
        // At once, since the results may be waiting for an item.
        const left = items.return(reason as undefined);
        await Promise.all([left, results.return?.(reason)]);
        return { value: undefined, done: true };
      },
    }),
  };
}

/** What is written is sent by the channel's server, once somebody asks. */
function writableOf<I>(channel: Channel<I>): WritableStream<I> {
  let sink: EndSink<I> | undefined;
  const writable = new WritableStream<I>(
    {
      async write(item, controller) {
        if (sink !== undefined) return sink.write(item, controller);
        sink = new EndSink(await channel.server({ signal: controller.signal }));
        sink.start(controller);
      },
      close: () => sink?.close(),
      abort(reason: unknown) {
        if (sink !== undefined) return sink.abort(reason);
        // Nobody has asked yet: who does will be told.
        void channel.server().then((server) => server.throw(reason));
        return undefined;
      },
    },
    { highWaterMark: 1 },
  );
  // Opening the end takes the place of a first chunk, or else one would be taken before anybody has asked for it.
  const writer = writable.getWriter();
  writer.write(undefined as I).catch(() => {});
  writer.releaseLock();
  return writable;
}
