import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { library, loadNode } from "../measure/library.ts";
import type { Peer } from "../measure/peer.ts";

const { Channel } = library;
const { fromReadable, toDuplex, toReadable, toWritable } = await loadNode();

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

function stream(count: number): Readable {
  let i = 0;
  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      this.push(i < count ? i++ : null);
    },
  });
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

const programs = {
  fromReadable: (count: number) => total(fromReadable<number>(stream(count))),
  toReadable: (count: number) => total(toReadable(integers(count))),
  toWritable(count: number) {
    const channel = new Channel<number>();
    void channel.serve((server) => pipeline(stream(count), toWritable(server)));
    return total(channel.client());
  },
  toDuplex(count: number) {
    const channel = new Channel<number, number>();
    void channel.serve(async (server) => {
      let item = await server.receive();
      for (;;) item = await server.send(item + 1);
    });
    return pipeline(stream(count), toDuplex(channel), total);
  },
};

export const peer: Peer = {
  title: "coroutine-channels/node",
  ahead: "lockstep",
  macrotasks: true,
  programs: { node: (count, adapter) => programs[adapter](count) },
};
