import type { Peer } from "../measure/peer.ts";

function stream(count: number): ReadableStream<number>;
function stream<T>(count: number, make: (i: number) => T): ReadableStream<T>;
function stream(count: number, make: (i: number) => unknown = (i) => i): ReadableStream<unknown> {
  let i = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (i < count) controller.enqueue(make(i++));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What holds no more than the adapters do. */
function transform(transformer?: Transformer<number, number>): TransformStream<number, number> {
  return new TransformStream(transformer, { highWaterMark: 1 }, { highWaterMark: 0 });
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

const encoder = new TextEncoder();

const programs = {
  toReadableStream: (count: number) => total(stream(count)),
  toEventStream: (count: number) =>
    totalOfEvents(stream(count, (i) => encoder.encode(`data: ${i}\n\n`))),
  fromReadableStream: (count: number) => total(stream(count)),
  toWritableStream: (count: number) => total(stream(count).pipeThrough(transform())),
  toTransformStream: (count: number) =>
    total(
      stream(count).pipeThrough(
        transform({
          transform(item, controller) {
            controller.enqueue(item + 1);
          },
        }),
      ),
    ),
};

export const peer: Peer = {
  title: "web streams by hand",
  ahead: "1 ahead",
  programs: { web: (count, adapter) => programs[adapter](count) },
};
