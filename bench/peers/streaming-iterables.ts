import { buffer, parallelMerge } from "streaming-iterables";

import type { Peer } from "../measure/peer.ts";

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

export const peer: Peer = {
  title: "streaming-iterables",
  ahead: "lockstep",
  programs: {
    merge: (count, sources) =>
      total(parallelMerge(...Array.from({ length: sources }, () => integers(count / sources)))),
    buffer: (count, capacity) => total(buffer(capacity, integers(count))),
  },
};
