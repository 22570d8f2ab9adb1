import type { Peer } from "../measure/peer.ts";
import { lending } from "./lending.ts";

/** A stream channel, read as lent iterators. */
export const peer: Peer = {
  title: "coroutine-channels, lent iterators",
  ahead: "lockstep",
  programs: {
    async batches(count, size) {
      let sum = 0;
      for await (const items of lending(count, size).batches()) {
        for (const item of items) sum += item;
      }
      return sum;
    },
  },
};
