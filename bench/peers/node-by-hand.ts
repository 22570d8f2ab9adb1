import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Peer } from "../measure/peer.ts";

/** What holds no more than the adapters do. */
const marks = { objectMode: true, readableHighWaterMark: 0, writableHighWaterMark: 1 };

function stream(count: number): Readable {
  let i = 0;
  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      this.push(i < count ? i++ : null);
    },
  });
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

const programs = {
  fromReadable: (count: number) => total(stream(count)),
  toReadable: (count: number) => total(stream(count)),
  toWritable: (count: number) => pipeline(stream(count), new PassThrough(marks), total),
  toDuplex(count: number) {
    const plusOne = new Transform({
      ...marks,
      transform(item: number, _encoding, done) {
        done(null, item + 1);
      },
    });
    return pipeline(stream(count), plusOne, total);
  },
};

export const peer: Peer = {
  title: "Node streams by hand",
  ahead: "1 ahead",
  macrotasks: true,
  programs: { node: (count, adapter) => programs[adapter](count) },
};
