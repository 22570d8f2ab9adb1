import type { Server, Writer } from "../index.ts";
import { EndSink } from "./end-sink.ts";

/**
 * Makes a web stream whose chunks are sent with a server end or a writer.
 *
 * A write settles when its item has been handed over and more is wanted, and so does the writer's `ready`: what is piped
 * into it is not read before it is asked for. Answers that the client sends are dropped.
 *
 * Closing the stream closes the end with `return()`; `abort(reason)` does so with `throw(reason)`, even while a write is
 * waiting. When the client leaves, the stream errors with the `ChannelClosed` that a `send` rejects with, and whose
 * `value` is what the client returned; when the client throws an error into the channel, with that very error.
 *
 * @param end Belongs to the stream from now on: nobody else should send with it, or close it.
 * @returns The stream.
 *
 * @example
 * ```ts
 * import { Channel } from "coroutine-channels";
 * import { toWritableStream } from "coroutine-channels/web";
 *
 * const channel = new Channel<string>();
 * void channel.serve(async (server) => {
 *   const response = new Response("Hello, world");
 *   await response.body!.pipeThrough(new TextDecoderStream()).pipeTo(toWritableStream(server));
 * });
 * for await (const text of channel.client()) console.log(text); // => Hello, world
 * ```
 */
export function toWritableStream<T>(
  end: Server<T, unknown, unknown> | Writer<T>,
): WritableStream<T> {
  // With the mark of 1, the item that waits to be wanted is the only one in the stream.
  return new WritableStream<T>(new EndSink(end), { highWaterMark: 1 });
}
