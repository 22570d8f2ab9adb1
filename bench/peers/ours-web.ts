import { library, loadWeb } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";

const { Channel } = library;
const { fromReadableStream, toEventStream, toReadableStream, toTransformStream, toWritableStream } =
  await loadWeb();

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

async function* plusOne(source: AsyncIterable<number>): AsyncGenerator<number, void, void> {
  for await (const item of source) yield item + 1;
}

function stream(count: number): ReadableStream<number> {
  let i = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (i < count) controller.enqueue(i++);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** Of events, each of which says its number. */
async function totalOfEvents(source: AsyncIterable<Uint8Array>): Promise<number> {
  const text = new TextDecoder();
  let sum = 0;
  for await (const event of source) sum += Number(text.decode(event).slice("data: ".length));
  return sum;
}

const programs = {
  toReadableStream: (count: number) => total(toReadableStream(integers(count))),
  toEventStream: (count: number) => totalOfEvents(toEventStream(integers(count))),
  fromReadableStream: (count: number) => total(fromReadableStream(stream(count))),
  toWritableStream(count: number) {
    const channel = new Channel<number>();
    void channel.serve((server) => stream(count).pipeTo(toWritableStream(server)));
    return total(channel.client());
  },
  toTransformStream: (count: number) =>
    total(stream(count).pipeThrough(toTransformStream(plusOne))),
};

export const peer: Peer = {
  title: "coroutine-channels/web",
  ahead: "lockstep",
  programs: { web: (count, adapter) => programs[adapter](count) },
};
