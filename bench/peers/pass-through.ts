import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

function stream(count: number): Readable {
  let i = 0;
  return new Readable({
    objectMode: true,
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

/** In object mode, with the high-water mark it comes with. */
export const peer: Peer = {
  title: "node:stream PassThrough",
  ahead: "16 ahead",
  macrotasks: true,
  programs: {
    ...programsOf(<T>(): Connection<T> => {
      const stream = new PassThrough({ objectMode: true });
      return {
        send: (item) =>
          stream.write(item) ? undefined : new Promise((resolve) => stream.once("drain", resolve)),
        close: () => stream.end(),
        items: stream as AsyncIterable<T>,
      };
    }),
    node: (count) => pipeline(stream(count), new PassThrough({ objectMode: true }), total),
  },
};
