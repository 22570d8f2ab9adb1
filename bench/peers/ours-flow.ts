import type { Server } from "coroutine-channels";

import { library } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";
import { takeBursts } from "./bursts.ts";

const { Channel, ChannelClosed, produce } = library;
const { abortable, broadcast, buffer, callbacks, cooperative, distribute, events, merge, select } =
  library;

/** Never aborts. */
const living = new AbortController().signal;

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

async function* silence(): AsyncGenerator<number, void, void> {
  await new Promise(() => {});
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

async function deal(servers: readonly Server<number>[], count: number): Promise<void> {
  for (let i = 0; i < count; i++) await servers[i % servers.length]?.send(i);
}

/** What channels are composed with: of native generators where they take those, so that only they make the difference. */
export const peer: Peer = {
  title: "coroutine-channels",
  ahead: "lockstep",
  programs: {
    async select(count, arms) {
      const channels = Array.from({ length: arms }, () => new Channel<number>());
      const clients = channels.map((channel) => channel.client());
      const named = Object.fromEntries(clients.map((client, i) => [`arm ${i}`, client]));
      void Promise.all(channels.map((channel) => channel.server()))
        .then((servers) => deal(servers, count))
        .catch(ChannelClosed.ignore);
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (await select(named)).value ?? 0;
      for (const client of clients) await client.return();
      return sum;
    },
    "select-again"() {
      const arms = {
        ours: new Channel<number>().client(),
        foreign: silence(),
        busy: produce<number>((server) => deal([server], Infinity)),
      };
      return () => select(arms);
    },
    merge: (count, sources) =>
      total(merge(...Array.from({ length: sources }, () => integers(count / sources)))),
    broadcast(count, consumers) {
      const all = broadcast(integers(count / consumers));
      return Promise.all(Array.from({ length: consumers }, () => total(all)));
    },
    distribute(count, consumers) {
      const queue = distribute(integers(count));
      return Promise.all(Array.from({ length: consumers }, () => total(queue)));
    },
    buffer: (count, capacity) => total(buffer(integers(count), { capacity })),
    cooperative: (count, budget) => total(cooperative(integers(count), { budget })),
    abortable: (count, idle) =>
      total(abortable(integers(count), { signal: living, ...(idle > 0 && { idle }) })),
    callbacks: (count, burst) =>
      takeBursts(
        (emitter) =>
          callbacks<[number]>(({ push }) => {
            const listener = (item: number) => push([item]);
            emitter.on("item", listener);
            return () => emitter.off("item", listener);
          }),
        count,
        burst,
      ),
    events: (count, burst) =>
      takeBursts((emitter) => events<[number]>(emitter, "item"), count, burst),
  },
};
