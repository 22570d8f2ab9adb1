/// <reference types="node" preserve="true" />
import { Writable } from "node:stream";

import { Sender } from "../adapters/sender.ts";
import type { SendingEnd } from "../adapters/sender.ts";
import { callBack, toError } from "./parts/conventions.ts";

/**
 * Makes a Node stream whose chunks are sent with a server end or a writer.
 *
 * It is in object mode, and never holds more than the one item that is on its way: `write` returns `false`, and its
 * callback is called, as does `drain` come, when the item has been handed over and more is wanted. Answers that the
 * client sends are dropped.
 *
 * Ending the stream closes the end with `return()`. Destroying it with an error closes the end with `throw(error)`, and
 * without one, before it has ended, with an error whose code is `ERR_STREAM_PREMATURE_CLOSE`, so that nobody takes half
 * for the whole; who waits for a write is told that error, too. When the client leaves, the stream is destroyed with the
 * `ChannelClosed` that a `send` rejects with; when the client throws an error into the channel, with that very error.
 *
 * @param end Belongs to the stream from now on: nobody else should send with it, or close it.
 * @returns The stream. Use it with `pipeline`, or listen to its `error`.
 * @throws `TypeError` for what nothing can be sent with, as a channel in place of its server end.
 *
 * @example
 * ```ts
 * import { Readable } from "node:stream";
 * import { pipeline } from "node:stream/promises";
 * import { Channel } from "coroutine-channels";
 * import { toWritable } from "coroutine-channels/node";
 *
 * const channel = new Channel<string>();
 * void channel.serve((server) => pipeline(Readable.from(["One", "Two"]), toWritable(server)));
 * for await (const word of channel.client()) console.log(word);
 * // => One
 * // => Two
 * ```
 */
export function toWritable<T>(end: SendingEnd<T>): Writable {
  const sender = new Sender<T>(end, (error) => writable.destroy(toError(error)));
  const destroyed = new AbortController();
  const writable = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (item: T, _encoding, done) => callBack(sender.send(item, destroyed.signal), done),
    final: (done) => callBack(sender.close(), done),
    destroy(error, done) {
      const reason = error ?? prematureClose();
      destroyed.abort(reason);
      callBack(sender.abort(reason), done, error);
    },
  });
  return writable;
}

function prematureClose(): Error {
  const error = new Error("Could not send all, since the stream was destroyed before its end");
  return Object.assign(error, { code: "ERR_STREAM_PREMATURE_CLOSE" });
}
