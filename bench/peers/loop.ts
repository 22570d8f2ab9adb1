import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

/** An array, and `for...of`: what items cost when nobody waits for anybody. */
export const peer: Peer = {
  title: "plain loop",
  ahead: "synchronous",
  programs: {
    "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") for (const item of batchOf(count)) sum += item;
      else for (const item of objects(count)) sum += item.v;
      return sum;
    },
    batches(count, size) {
      const batch = batchOf(size);
      let sum = 0;
      for (let i = 0; i < count; i += size) for (const item of batch) sum += item;
      return sum;
    },
  },
};

function objects(count: number): { v: number }[] {
  return Array.from({ length: count }, (_, v) => ({ v }));
}
