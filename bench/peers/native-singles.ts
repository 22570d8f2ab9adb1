import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

async function* arrays(count: number, size: number): AsyncGenerator<number[], void, void> {
  const batch = batchOf(size);
  for (let i = 0; i < count; i += size) yield batch;
}

async function* items(source: AsyncIterable<number[]>): AsyncGenerator<number, void, void> {
  for await (const batch of source) for (const item of batch) yield item;
}

/** Batches made into a generator of single items by another generator. */
export const peer: Peer = {
  title: "native, batches one by one",
  ahead: "lockstep",
  programs: {
    async batches(count, size) {
      let sum = 0;
      for await (const item of items(arrays(count, size))) sum += item;
      return sum;
    },
  },
};
