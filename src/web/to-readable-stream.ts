/**
 * Makes a web stream of what can be iterated: a client end, a reader, an async generator.
 *
 * Its high-water mark is 0: nothing is asked of the source before somebody reads, one item for each read. Use it where a
 * platform takes streams: `Response`, the body of `fetch`, `pipeThrough`, `pipeTo`. Items that are to become bytes of
 * a body must be of type `Uint8Array`.
 *
 * The stream errors with the very error of the source. `cancel(reason)` leaves the source with `return(reason)`, and
 * waits for it: a server's `send` rejects with a `ChannelClosed` whose `value` is the reason.
 *
 * @param source What to read from. It must not be iterated elsewhere at the same time.
 * @returns The stream. Items pass through untouched, promises too.
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
export function toReadableStream<T>(source: AsyncIterable<T>): ReadableStream<T> {
  // Not ReadableStream.from, which not every browser has, and which awaits promises in some runtimes.
  const iterator: AsyncIterator<T, unknown> = source[Symbol.asyncIterator]();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const result = await iterator.next();
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      async cancel(reason: unknown) {
        await iterator.return?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
