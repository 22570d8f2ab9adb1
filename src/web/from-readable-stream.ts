import { clientOf } from "../adapters/client-of.ts";
import { has, shown } from "../adapters/iterator-of.ts";
import type { Client } from "../index.ts";

/**
 * Reads a web stream through a client end: the body of a `Response`, or any other.
 *
 * The stream is read once for each request, and is locked until it has ended or the client has left. The client rejects
 * with the very error of the stream. `return(value)` and `throw(error)` cancel the stream at once, even while a read is
 * waiting, with the value or the error as the reason. They settle when the stream has been cancelled, and reject with an
 * error that comes of that, or was on its way to the client. If a read was waiting, they wait for a turn of the event loop
 * at most.
 *
 * What the stream itself reads ahead is its own business: many are made with a high-water mark of 1.
 *
 * @param stream What to read from. Streams of bytes give their chunks.
 * @returns A client, whose overlapping, cancelled and awaited calls are those of any channel.
 * @throws `TypeError` when the stream is locked, or is none.
 *
 * @example
 * ```ts
 * import { fromReadableStream } from "coroutine-channels/web";
 *
 * const response = new Response("Hello, world");
 * const text = response.body!.pipeThrough(new TextDecoderStream());
 * for await (const part of fromReadableStream(text)) console.log(part); // => Hello, world
 * ```
 */
export function fromReadableStream<T>(stream: ReadableStream<T>): Client<T> {
  if (!has(stream, "getReader")) {
    throw new TypeError(`Could not read from ${shown(stream)}: pass a ReadableStream`);
  }
  const reader = stream.getReader();
  return clientOf<T>(
    {
      next: () => reader.read(),
      return: (reason) => reader.cancel(reason) as Promise<never>,
    },
    () => reader.releaseLock(),
  );
}
