/// <reference types="node" preserve="true" />
import { Readable } from "node:stream";

import { callBack, toError } from "./callback.ts";
import { assertItem } from "./item.ts";

/**
 * Makes a Node stream of what can be iterated: a client end, a reader, an async generator.
 *
 * It is in object mode, with a high-water mark of 0: nothing is asked of the source before somebody reads, one item at a
 * time, and nothing while what it is piped into is full. Items that are to become bytes of a file, a socket or another
 * program must be buffers or strings.
 *
 * The stream is destroyed with the very error of the source. Destroying it with an error leaves the source with
 * `return(error)`, and waits for it before the stream closes: a server's `send` rejects with a `ChannelClosed` whose
 * `value` is the error.
 *
 * @param source What to read from. It must not be iterated elsewhere at the same time. `null` is no item here: the
 *   stream is destroyed with a `TypeError`.
 * @returns The stream.
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
export function toReadable<T>(source: AsyncIterable<T>): Readable {
  // Not Readable.from, which asks for an item more than is read.
  const iterator: AsyncIterator<T, unknown> = source[Symbol.asyncIterator]();
  let over = false;

  async function pull(readable: Readable): Promise<void> {
    try {
      const result = await iterator.next().catch((error: unknown) => {
        over = true;
        throw error;
      });
      if (result.done) {
        over = true;
        readable.push(null);
      } else {
        assertItem(result.value);
        readable.push(result.value);
      }
    } catch (error) {
      readable.destroy(toError(error));
    }
  }

  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      void pull(this);
    },
    destroy(error, done) {
      const left = over ? undefined : iterator.return?.(error ?? undefined);
      void callBack(left, done, error);
    },
  });
}
