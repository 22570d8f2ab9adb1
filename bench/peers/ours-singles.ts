import type { Peer } from "../measure/peer.ts";
import { lending } from "./lending.ts";

/** A stream channel, read one by one. */
export const peer: Peer = {
  title: "coroutine-channels, stream one by one",
  ahead: "lockstep",
  programs: {
    async batches(count, size) {
      let sum = 0;
      for await (const item of lending(count, size)) sum += item;
      return sum;
    },
  },
};
