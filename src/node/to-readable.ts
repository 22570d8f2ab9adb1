/// <reference types="node" preserve="true" />
import { Readable } from "node:stream";

import { iteratorOf } from "../adapters/iterator-of.ts";
import { Source } from "../adapters/source.ts";
import { callBack, pass, toError } from "./parts/conventions.ts";

/**
 * Makes a Node stream of what can be iterated: a client end, a reader, an async generator, an array.
 *
 * It is in object mode, with a high-water mark of 0: nothing is asked of the source before somebody reads, one item at a
 * time, and nothing while what it is piped into is full. Items that are to become bytes of a file, a socket or another
 * program must be buffers or strings.
 *
 * The stream is destroyed with the very error of the source. Destroying it with an error leaves the source with
 * `return(error)`, even while a read is waiting: a server's `send` rejects with a `ChannelClosed` whose `value` is the
 * error. The stream closes when the source has been closed; an error that comes of that, or was on its way to the reader,
 * is the stream's.
 *
 * @param source What to read from. It must not be iterated elsewhere at the same time. `null` is no item here: the
 *   stream is destroyed with a `TypeError`.
 * @returns The stream.
 * @throws `TypeError` for what cannot be iterated, as a channel in place of its client end.
 *
 * @example
 * ```ts
 * import { pipeline } from "node:stream/promises";
 * import { createGunzip, createGzip } from "node:zlib";
 * import { produce } from "coroutine-channels";
 * import { toReadable } from "coroutine-channels/node";
 *
 * const words = produce<string>(async (server) => {
 *   for (const word of ["Hello, ", "world"]) await server.send(word);
 * });
 * await pipeline(toReadable(words), createGzip(), createGunzip(), async (parts) => {
 *   for await (const part of parts) console.log(String(part)); // => Hello, world
 * });
 * ```
 */
export function toReadable<T>(source: AsyncIterable<T> | Iterable<T>): Readable {
  // Not Readable.from, which asks for an item more than is read.
  const items = new Source<T>(iteratorOf(source), {
    give: (item) => pass(readable, item),
    end: () => void readable.push(null),
    fail: (error) => void readable.destroy(toError(error)),
  });
  const readable = new Readable({
    objectMode: true,
    highWaterMark: 0,
    read: () => items.ask(),
    destroy: (error, done) => callBack(items.leave(error ?? undefined), done, error),
  });
  return readable;
}
