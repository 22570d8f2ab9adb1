import { chan, close, CLOSED, put, take } from "medium";
import type { Medium } from "medium";

import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

async function integers(channel: Medium<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await put(channel, i);
  close(channel);
}

async function arrays(channel: Medium<number[]>, count: number, size: number): Promise<void> {
  const batch = batchOf(size);
  for (let i = 0; i < count; i += size) await put(channel, batch);
  close(channel);
}

async function total(channel: Medium<number>): Promise<number> {
  let sum = 0;
  for (let item = await take(channel); item !== CLOSED; item = await take(channel)) sum += item;
  return sum;
}

async function level(channel: Medium<number>, count: number, depth: number): Promise<void> {
  if (depth > 0) await level(channel, count, depth - 1);
  else await integers(channel, count);
}

/** Has no iterator, and hands out raw values. */
export const peer: Peer = {
  title: "medium",
  ahead: "1 ahead",
  programs: {
    async "one-way"(count, items) {
      if (items === "integers") {
        const channel = chan<number>();
        void integers(channel, count);
        return total(channel);
      }
      const channel = chan<{ v: number }>();
      void (async () => {
        for (let i = 0; i < count; i++) await put(channel, { v: i });
        close(channel);
      })();
      let sum = 0;
      for (let item = await take(channel); item !== CLOSED; item = await take(channel)) {
        sum += item.v;
      }
      return sum;
    },
    // Two channels, and the replies awaited instead of the sends.
    async "two-way"(count) {
      const down = chan<number>();
      const up = chan<number>();
      const serving = (async () => {
        let sum = 0;
        for (let i = 0; i < count; i++) {
          void put(down, i);
          const reply = await take(up);
          if (reply !== CLOSED) sum += reply;
        }
        close(down);
        return sum;
      })();
      for (let item = await take(down); item !== CLOSED; item = await take(down)) {
        void put(up, item + 1);
      }
      return serving;
    },
    async delegation(count, depth) {
      const channel = chan<number>();
      void level(channel, count, depth);
      return total(channel);
    },
    async "fan-out"(count, channels) {
      const all = Array.from({ length: channels }, () => chan<number>());
      const totals = all.map((channel) => total(channel));
      for (let i = 0; i < count; i++) {
        const channel = all[i % channels];
        if (channel !== undefined) await put(channel, i);
      }
      for (const channel of all) close(channel);
      return Promise.all(totals);
    },
    async batches(count, size) {
      const channel = chan<number[]>();
      void arrays(channel, count, size);
      let sum = 0;
      for (let items = await take(channel); items !== CLOSED; items = await take(channel)) {
        for (const item of items) sum += item;
      }
      return sum;
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const channel = chan<number>();
        void integers(channel, 1);
        sum += await total(channel);
      }
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => chan<number>()),
  },
};
