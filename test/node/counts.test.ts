/** What a hand-over costs in counts, which unlike times are the same on every machine. */

import { Channel, ChannelClosed, serveAll, type Server } from "coroutine-channels";
import { describe, expect, it } from "vitest";

import { countsPerItem } from "../../bench/measure/counts.ts";
import { settled } from "../support/settled.ts";

async function emit(server: Server<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await server.send(i);
}

async function put(server: Server<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await server.put(i);
}

async function emitAnswered(server: Server<number, number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect(await server.send(i)).toBe(-i);
}

async function takeAll(channel: Channel<number>): Promise<void> {
  let next = 0;
  for await (const item of channel.client()) if (item !== next++) throw new Error(`Got: ${item}`);
}

async function answerAll(channel: Channel<number, number>): Promise<void> {
  const client = channel.client();
  let result = await client.next();
  while (!result.done) result = await client.next(-result.value);
}

async function converse(channel: Channel<number, number>, count: number): Promise<void> {
  const client = channel.client();
  let item = await client.receive();
  for (let i = 1; i < count; i++) item = await client.send(-item);
  await client.next(-item);
}

async function openAndEmit(channel: Channel<number>, count: number): Promise<void> {
  const server = await channel.server();
  await emit(server, count);
  await server.return();
}

async function openAndEmitAnswered(channel: Channel<number, number>, count: number): Promise<void> {
  const server = await channel.server();
  await emitAnswered(server, count);
  await server.return();
}

const programs = {
  "one way, with server()": async (count: number) => {
    const channel = new Channel<number>();
    await Promise.all([openAndEmit(channel, count), takeAll(channel)]);
  },
  "one way, with serve()": async (count: number) => {
    const channel = new Channel<number>();
    await Promise.all([channel.serve((server) => emit(server, count)), takeAll(channel)]);
  },
  "two ways, the client first": async (count: number) => {
    const channel = new Channel<number, number>();
    const serving = channel.serve(async (server) => {
      let item = await server.receive();
      for (let i = 1; i < count; i++) item = await server.send(item + 1);
    });
    const asking = async (): Promise<void> => {
      for (let i = 0; ; i += 2) await channel.client().send(i);
    };
    await Promise.all([serving, asking().catch(ChannelClosed.ignore)]);
  },
  "two ways, with server()": async (count: number) => {
    const channel = new Channel<number, number>();
    await Promise.all([openAndEmitAnswered(channel, count), answerAll(channel)]);
  },
  "two ways, with serve()": async (count: number) => {
    const channel = new Channel<number, number>();
    await Promise.all([channel.serve((server) => emitAnswered(server, count)), answerAll(channel)]);
  },
  "two ways, with plain values on both ends": async (count: number) => {
    const channel = new Channel<number, number>();
    const serving = channel.serve((server) => emitAnswered(server, count));
    await Promise.all([serving, converse(channel, count)]);
  },
};

const puts = {
  "with serve()": async (count: number) => {
    const channel = new Channel<number>();
    await Promise.all([channel.serve((server) => put(server, count)), takeAll(channel)]);
  },
  "with serveAll()": async (count: number) => {
    const channel = new Channel<number>();
    await Promise.all([serveAll([channel], ([server]) => put(server, count)), takeAll(channel)]);
  },
};

describe("a hand-over", () => {
  it.each(Object.entries(programs))(
    "takes two promises, two jobs and two turns when it goes %s",
    async (_, program) => {
      await settled();
      expect(await countsPerItem(program)).toEqual({ promises: 2, jobs: 2, turns: 2 });
    },
  );

  it.each(Object.entries(puts))(
    "takes one turn less when it is a put, since both ends go on, %s",
    async (_, program) => {
      await settled();
      expect(await countsPerItem(program)).toEqual({ promises: 2, jobs: 2, turns: 1 });
    },
  );

  it("takes no more of them when it comes from ten calls deep", async () => {
    async function emitFrom(depth: number, server: Server<number>, count: number): Promise<void> {
      if (depth > 0) await emitFrom(depth - 1, server, count);
      else await emit(server, count);
    }
    await settled();
    const counts = await countsPerItem(async (count) => {
      const channel = new Channel<number>();
      const serving = channel.serve((server) => emitFrom(10, server, count));
      await Promise.all([serving, takeAll(channel)]);
    });
    expect(counts).toEqual({ promises: 2, jobs: 2, turns: 2 });
  });
});

describe("the counting", () => {
  it("finds what is known of a native generator delegated to from ten others", async () => {
    async function* level(depth: number, count: number): AsyncGenerator<number, void, void> {
      if (depth > 0) yield* level(depth - 1, count);
      else for (let i = 0; i < count; i++) yield i;
    }
    await settled();
    const { turns } = await countsPerItem(async (count) => {
      for await (const item of level(10, count)) if (item < 0) throw new Error(`Got: ${item}`);
    });
    expect(turns).toBe(12);
  });

  it("sees a promise and a job more where a hand-over goes through another promise", async () => {
    await settled();
    const counts = await countsPerItem(async (count) => {
      const channel = new Channel<number>();
      const serving = channel.serve(async (server) => {
        for (let i = 0; i < count; i++) await server.send(i).then(() => {});
      });
      await Promise.all([serving, takeAll(channel)]);
    });
    expect(counts).toEqual({ promises: 3, jobs: 3, turns: 3 });
  });
});
