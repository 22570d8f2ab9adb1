import type { Server } from "coroutine-channels";

import { library } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";

const { Channel, produce } = library;

async function integers(server: Server<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await server.send(i);
}

async function objects(server: Server<{ v: number }>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await server.send({ v: i });
}

async function answered(server: Server<number, number, number>, count: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += await server.send(i);
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

/** A channel whose server end is the argument of a body, as of a generator function. */
export const peer: Peer = {
  title: "coroutine-channels, serve() and produce()",
  ahead: "lockstep",
  programs: {
    async "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") {
        const client = produce<number>((server) => integers(server, count));
        for await (const item of client) sum += item;
      } else {
        const client = produce<{ v: number }>((server) => objects(server, count));
        for await (const item of client) sum += item.v;
      }
      return sum;
    },
    async "two-way"(count) {
      const channel = new Channel<number, number, number>();
      const serving = channel.serve((server) => answered(server, count));
      const client = channel.client();
      let result = await client.next();
      while (!result.done) result = await client.next(result.value + 1);
      return serving;
    },
    async pipeline(count, stages) {
      let source: AsyncIterable<number> = produce<number>((server) => integers(server, count));
      for (let stage = 0; stage < stages; stage++) source = plusOne(source);
      return total(source);
    },
    async delegation(count, depth) {
      return total(produce<number>((server) => level(server, count, depth)));
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const client = produce<number>((server) => integers(server, 1));
        for await (const item of client) sum += item;
      }
      return sum;
    },
    "idle-memory": (count) =>
      Array.from({ length: count }, () => produce<number>((server) => integers(server, 1))),
  },
};
