import { iteratorOf } from "../adapters/iterator-of.ts";
import { Source } from "../adapters/source.ts";
import { readableOf } from "./parts/readable-of.ts";

/**
 * Makes a web stream of what can be iterated: a client end, a reader, an async generator, an array.
 *
 * Its high-water mark is 0: nothing is asked of the source before somebody reads, one item for each read. Use it where a
 * platform takes streams: `Response`, the body of `fetch`, `pipeThrough`, `pipeTo`. Items that are to become bytes of
 * a body must be of type `Uint8Array`.
 *
 * The stream errors with the very error of the source. `cancel(reason)` leaves the source with `return(reason)`, even
 * while a read is waiting: a server's `send` rejects with a `ChannelClosed` whose `value` is the reason. It resolves when
 * the source has been closed, and rejects with an error that comes of that, or was on its way to the reader.
 *
 * @param source What to read from. It must not be iterated elsewhere at the same time.
 * @returns The stream. Items pass through untouched, promises too.
 * @throws `TypeError` for what cannot be iterated, as a channel in place of its client end.
 *
 * @example
 * ```ts
 * import { produce } from "coroutine-channels";
 * import { toReadableStream } from "coroutine-channels/web";
 *
 * const words = produce<string>(async (server) => {
 *   for (const word of ["Hello, ", "world"]) await server.send(word);
 * });
 * const body = toReadableStream(words).pipeThrough(new TextEncoderStream());
 * console.log(await new Response(body).text()); // => Hello, world
 * ```
 */
export function toReadableStream<T>(source: AsyncIterable<T> | Iterable<T>): ReadableStream<T> {
  // Not ReadableStream.from, which not every browser has, and which awaits promises in some runtimes.
  const iterator = iteratorOf(source);
  return readableOf((stream) => new Source(iterator, stream));
}
