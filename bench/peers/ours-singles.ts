import { batchOf } from "../measure/batch-of.ts";
import { library } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";

const { StreamChannel } = library;

/** A stream channel, read one by one. */
export const peer: Peer = {
  title: "coroutine-channels, stream one by one",
  ahead: "lockstep",
  programs: {
    async batches(count, size) {
      const batch = batchOf(size);
      const channel = new StreamChannel<number>();
      void channel.serve(async (writer) => {
        for (let i = 0; i < count; i += size) await writer.write(batch);
      });
      let sum = 0;
      for await (const item of channel.client()) sum += item;
      return sum;
    },
  },
};
