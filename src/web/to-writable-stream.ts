import { Sender } from "../adapters/sender.ts";
import type { SendingEnd } from "../adapters/sender.ts";

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
 * @throws `TypeError` for what nothing can be sent with, as a channel in place of its server end.
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
export function toWritableStream<T>(end: SendingEnd<T>): WritableStream<T> {
  let controller: WritableStreamDefaultController;
  const sender = new Sender<T>(end, (error) => controller.error(error));
  return new WritableStream<T>(
    {
      start: (given) => void (controller = given),
      write: (item, { signal }) => sender.send(item, signal),
      close: () => sender.close(),
      abort: (reason) => sender.abort(reason),
    },
    // The item that waits to be wanted is the only one in the stream.
    { highWaterMark: 1 },
  );
}
