import { library } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";
import { lending } from "./lending.ts";

const { StreamChannel } = library;
const READ = 1000;

/** A stream channel, read as arrays. */
export const peer: Peer = {
  title: "coroutine-channels, read(n)",
  ahead: "lockstep",
  programs: {
    async batches(count, size) {
      let sum = 0;
      const read = Math.min(size, READ);
      for await (const items of lending(count, size).batches(read)) {
        for (const item of items) sum += item;
      }
      return sum;
    },
    async joined(count) {
      const channel = new StreamChannel<number>();
      void channel.serve(async (writer) => {
        for (let i = 0; i < count; i++) await writer.send(i);
      });
      const reader = channel.client();
      let sum = 0;
      for (let items = await reader.read(READ); items.length > 0; items = await reader.read(READ)) {
        for (const item of items) sum += item;
      }
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => new StreamChannel<number>()),
  },
};
