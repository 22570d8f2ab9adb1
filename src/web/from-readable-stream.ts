import { Channel, ChannelClosed } from "../index.ts";
import type { Client, Server } from "../index.ts";

/**
 * Reads a web stream through a client end: the body of a `Response`, or any other.
 *
 * The stream is read once for each request, and is locked until it has ended or the client has left. The client rejects
 * with the very error of the stream. Leaving it cancels the stream at once, even while a read is waiting, with what the
 * client returns or throws as the reason, and waits until the stream has been cancelled; a client that leaves before
 * its first request does not wait.
 *
 * What the stream itself reads ahead is its own business: many are made with a high-water mark of 1.
 *
 * @param stream What to read from. Streams of bytes give their chunks.
 * @returns A client, whose overlapping, cancelled and awaited calls are those of any channel.
 * @throws `TypeError` when the stream is locked.
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
  const reader = stream.getReader();
  const channel = new Channel<T>();
  void serve(channel, reader);
  return channel.client();
}

async function serve<T>(
  channel: Channel<T>,
  reader: ReadableStreamDefaultReader<T>,
): Promise<void> {
  let started = false;
  try {
    await channel.serve((server) => {
      started = true;
      return readInto(server, reader);
    });
  } catch {
    // The client has been told.
  }
  if (started) return;
  const cancelled = reader.cancel();
  reader.releaseLock();
  await cancelled;
}

async function readInto<T>(
  server: Server<T>,
  reader: ReadableStreamDefaultReader<T>,
): Promise<void> {
  const { signal } = server;
  let sending = false;
  let left: Promise<unknown> | undefined;

  async function leave(error: unknown): Promise<never> {
    await reader.cancel(signal.aborted && error instanceof ChannelClosed ? error.value : error);
    throw error;
  }

  function interrupt(): void {
    if (sending) return;
    // It is the server's next call that hears with what the client has left.
    left = server.receive().catch(leave);
    left.catch(() => {}); // awaited below, if the stream does not break
  }

  signal.addEventListener("abort", interrupt);
  try {
    for (;;) {
      const result = await reader.read();
      if (left !== undefined) await left;
      if (result.done) return;
      sending = true;
      await server.send(result.value).catch(leave);
      sending = false;
    }
  } finally {
    signal.removeEventListener("abort", interrupt);
    reader.releaseLock();
  }
}
