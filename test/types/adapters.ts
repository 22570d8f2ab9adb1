/** What the adapters take and give, as types. Checked by `npm run lint`. */
import type { Readable } from "node:stream";

import { Channel, type Client, produce, type Server, StreamChannel } from "coroutine-channels";
import { fromReadable, toDuplex, toReadable, toWritable } from "coroutine-channels/node";
import {
  fromReadableStream,
  toEventStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";

declare const talking: Server<string, number, boolean>;
declare const readable: Readable;

export async function takes(): Promise<void> {
  const server: Server<string> = await new Channel<string>().server();
  const writer = await new StreamChannel<string>().server();
  for (const end of [server, writer, talking]) {
    const stream: WritableStream<string> = toWritableStream<string>(end);
    toWritable(end).end(stream);
  }
  // @ts-expect-error: numbers cannot be sent where strings are expected
  const wrong: WritableStream<number> = toWritableStream(server);
  // @ts-expect-error: a channel is no end
  toWritableStream(new Channel<string>());
  // @ts-expect-error: a channel is no source
  toReadable(new Channel<string>());
  void wrong;
}

export const items: ReadableStream<number>[] = [
  toReadableStream([1, 2]),
  toReadableStream(new Set([1])),
  toReadableStream(produce<number, string, boolean>(async () => true)),
  toReadableStream(new StreamChannel<number>().client()),
  toTransformStream((texts: Client<string>) => produceLengths(texts)).readable,
  toTransformStream(new Channel<number, string>()).readable,
];

async function* produceLengths(texts: AsyncIterable<string>): AsyncGenerator<number> {
  for await (const text of texts) yield text.length;
}

export const events: BodyInit = toEventStream([{ id: 1, text: "a" }], {
  id: ({ id }) => id,
  event: ({ text }) => (text === "" ? undefined : text),
  data: ({ text }) => ({ text }),
});

export const clients: [Client<string>, Client<Uint8Array>, Client<unknown>, Client<Buffer>] = [
  fromReadableStream(new ReadableStream<string>()),
  fromReadableStream(new Response("").body!),
  fromReadable(readable),
  fromReadable<Buffer>(readable),
];

// @ts-expect-error: an event is named by a string
toEventStream([1], { event: (item) => item });
// @ts-expect-error: a client end is no channel
toDuplex(new Channel<string>().client());
