import { ReadableStream } from "node:stream/web";

import type { Peer } from "../measure/peer.ts";

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

/** What the platform has in the place of one of the adapters. */
export const peer: Peer = {
  title: "ReadableStream.from",
  ahead: "lockstep",
  programs: {
    async web(count) {
      let sum = 0;
      for await (const item of ReadableStream.from(integers(count))) sum += item;
      return sum;
    },
  },
};
