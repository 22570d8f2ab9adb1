import type { Channel, Server } from "coroutine-channels";

import { library } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";

const { Channel: OurChannel } = library;

async function integers(channel: Channel<number>, count: number): Promise<void> {
  const server = await channel.server();
  for (let i = 0; i < count; i++) await server.send(i);
  await server.return();
}

async function objects(channel: Channel<{ v: number }>, count: number): Promise<void> {
  const server = await channel.server();
  for (let i = 0; i < count; i++) await server.send({ v: i });
  await server.return();
}

async function answered(channel: Channel<number, number>, count: number): Promise<number> {
  const server = await channel.server();
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await server.send(i);
  await server.return();
  return sum;
}

async function* plusOne(source: AsyncIterable<number>): AsyncGenerator<number, void, void> {
  for await (const item of source) yield item + 1;
}

async function level(server: Server<number>, count: number, depth: number): Promise<void> {
  if (depth > 0) await level(server, count, depth - 1);
  else for (let i = 0; i < count; i++) await server.send(i);
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** A channel whose server end is opened by hand. */
export const peer: Peer = {
  title: "coroutine-channels, server()",
  ahead: "lockstep",
  programs: {
    async "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") {
        const channel = new OurChannel<number>();
        void integers(channel, count);
        for await (const item of channel.client()) sum += item;
      } else {
        const channel = new OurChannel<{ v: number }>();
        void objects(channel, count);
        for await (const item of channel.client()) sum += item.v;
      }
      return sum;
    },
    async "two-way"(count) {
      const channel = new OurChannel<number, number>();
      const serving = answered(channel, count);
      const client = channel.client();
      let result = await client.next();
      while (!result.done) result = await client.next(result.value + 1);
      return serving;
    },
    async pipeline(count, stages) {
      const channel = new OurChannel<number>();
      void integers(channel, count);
      let source: AsyncIterable<number> = channel.client();
      for (let stage = 0; stage < stages; stage++) source = plusOne(source);
      return total(source);
    },
    async delegation(count, depth) {
      const channel = new OurChannel<number>();
      void (async () => {
        const server = await channel.server();
        await level(server, count, depth);
        await server.return();
      })();
      return total(channel.client());
    },
    async "fan-out"(count, channels) {
      const all = Array.from({ length: channels }, () => new OurChannel<number>());
      const totals = all.map((channel) => total(channel.client()));
      const servers = await Promise.all(all.map((channel) => channel.server()));
      for (let i = 0; i < count; i++) await servers[i % channels]?.send(i);
      for (const server of servers) void server.return();
      return Promise.all(totals);
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const channel = new OurChannel<number>();
        void integers(channel, 1);
        for await (const item of channel.client()) sum += item;
      }
      return sum;
    },
    async signal(count) {
      const { signal } = new AbortController();
      const channel = new OurChannel<number>();
      void (async () => {
        const server = await channel.server();
        for (let i = 0; i < count; i++) await server.send(i, { signal });
        await server.return();
      })();
      let sum = 0;
      for await (const item of channel.client()) sum += item;
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => new OurChannel<number>()),
  },
};
