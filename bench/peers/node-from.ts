import { Readable } from "node:stream";

import type { Peer } from "../measure/peer.ts";

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

/** What Node has in the place of one of the adapters. */
export const peer: Peer = {
  title: "Readable.from",
  ahead: "1 ahead",
  macrotasks: true,
  programs: {
    async node(count) {
      let sum = 0;
      for await (const item of Readable.from(integers(count)) as AsyncIterable<number>) sum += item;
      return sum;
    },
  },
};
