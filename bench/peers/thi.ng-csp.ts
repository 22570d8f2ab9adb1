import { channel, merge, mult, select } from "@thi.ng/csp";
import type { Channel } from "@thi.ng/csp";

import type { Peer } from "../measure/peer.ts";
import { programsOf } from "./connection.ts";
import type { Connection } from "./connection.ts";

async function integers(to: Channel<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await to.write(i);
  to.close();
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** Opens so many, each with a routine that writes its share of the items. */
function writtenTo(channels: number, count: number): Channel<number>[] {
  return Array.from({ length: channels }, () => {
    const source = channel<number>();
    void integers(source, count / channels);
    return source;
  });
}

export const peer: Peer = {
  title: "@thi.ng/csp",
  ahead: "1 ahead",
  programs: {
    ...programsOf(<T>(): Connection<T> => {
      const ours = channel<T>();
      return {
        send: (item) => ours.write(item),
        close: () => ours.close(),
        items: ours,
      };
    }),
    async select(count, arms) {
      const all = Array.from({ length: arms }, () => channel<number>());
      void (async () => {
        for (let i = 0; i < count; i++) await all[i % arms]?.write(i);
      })();
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (await select(...all))[0] ?? 0;
      return sum;
    },
    merge: (count, sources) => total(merge(writtenTo(sources, count))),
    broadcast(count, consumers) {
      const source = channel<number>();
      const all = mult(source);
      const totals = Array.from({ length: consumers }, () => total(all.subscribe()));
      void integers(source, count / consumers);
      return Promise.all(totals);
    },
    distribute(count, consumers) {
      const source = channel<number>();
      void integers(source, count);
      return Promise.all(Array.from({ length: consumers }, () => total(source)));
    },
  },
};
