import type { Channel, Client } from "../index.ts";
import { streamsOfConversation } from "./parts/conversation.ts";
import { streamsOfStage } from "./parts/stage.ts";

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
  source: (items: Client<I>) => AsyncIterable<O> | Iterable<O>,
): { readable: ReadableStream<O>; writable: WritableStream<I> };
export function toTransformStream<T, U, R>(
  source: Channel<T, U, R>,
): { readable: ReadableStream<T>; writable: WritableStream<U> };
export function toTransformStream<I, O, R>(
  source: ((items: Client<I>) => AsyncIterable<O> | Iterable<O>) | Channel<O, I, R>,
): { readable: ReadableStream<O>; writable: WritableStream<I> } {
  return typeof source === "function"
    ? streamsOfStage(source)
    : streamsOfConversation<O, I>(source);
}
