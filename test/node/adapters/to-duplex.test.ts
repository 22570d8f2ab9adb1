import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";

import { Channel, ChannelClosed } from "coroutine-channels";
import { toDuplex, toReadable } from "coroutine-channels/node";
import { describe, expect, onTestFinished, test } from "vitest";

import { settled, state } from "../../support/settled.ts";
import { Counted } from "../../web/counted.ts";

const caught = (error: unknown): unknown => error;

async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await settled();
}

/** Gives each number it gets with the other sign. */
function negating() {
  const channel = new Channel<number, number>();
  let asked = 0;
  const served = channel.serve(async (server) => {
    for (let item = await server.receive(); ; item = await server.send(-item)) asked++;
  });
  return { channel, served, asked: () => asked };
}

describe("a conversation", () => {
  test("answers each chunk, and is left after the last", async () => {
    const { channel, served } = negating();
    const results = await Readable.from([1, 2, 3]).compose(toDuplex(channel)).toArray();
    expect(results).toEqual([-1, -2, -3]);
    expect(await served).toBe(undefined);
    expect(channel.closed).toBe(true);
  });

  test("that the server begins is answered by the first chunk", async () => {
    const channel = new Channel<string, number>();
    const answers: number[] = [];
    void channel.serve(async (server) => {
      answers.push(await server.send("A"));
      answers.push(await server.send("B"));
    });
    const duplex = toDuplex(channel);
    const said = duplex[Symbol.asyncIterator]();
    expect(await said.next()).toEqual({ value: "A", done: false });
    duplex.write(0);
    expect(await said.next()).toEqual({ value: "B", done: false });
    duplex.end(1);
    expect(await said.next()).toEqual({ value: undefined, done: true });
    expect(answers).toEqual([0, 1]);
  });

  test("goes on while the body cleans up", async () => {
    const channel = new Channel<string, string>();
    void channel.serve(async (server) => {
      try {
        for (let name = await server.receive(); ;) name = await server.send(`Hello, ${name}`);
      } finally {
        await server.send("Bye");
        await server.send("See you");
      }
    });
    const said = await Readable.from(["Ann"]).compose(toDuplex(channel)).toArray();
    expect(said).toEqual(["Hello, Ann", "Bye", "See you"]);
  });
});

describe("demand", () => {
  test("nothing is asked of the server before somebody reads, nor more than is read", async () => {
    const { channel, asked } = negating();
    const duplex = toDuplex(channel);
    const written: number[] = [];
    for (const item of [1, 2, 3]) duplex.write(item, () => written.push(item));
    const results = duplex[Symbol.asyncIterator]();
    for (let reads = 0; reads < 3; reads++) {
      await idle();
      expect(asked()).toBe(reads);
      expect(written.length).toBe(reads);
      expect(await results.next()).toEqual({ value: -reads - 1, done: false });
    }
  });

  test("a chunk that is written while the server is busy waits for a read", async () => {
    const channel = new Channel<string, number>();
    const duplex = toDuplex(channel);
    const said = duplex[Symbol.asyncIterator]();
    const first = said.next();
    const server = await channel.server();
    duplex.write(1);
    await idle();
    const sent = server.send("A");
    expect(await first).toEqual({ value: "A", done: false });
    await idle();
    expect(await state(sent)).toBe("pending");
    const cut = said.next().catch(caught);
    expect(await sent).toBe(1);
    duplex.destroy();
    expect(await cut).toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  test("one chunk waits at most", async () => {
    const { channel } = negating();
    const source = new Counted();
    const duplex = toReadable(source).pipe(toDuplex(channel));
    const results = duplex[Symbol.asyncIterator]();
    for (let reads = 0; reads < 4; reads++) {
      await idle();
      expect(source.asked).toBe(reads + 1);
      await results.next();
    }
  });
});

describe("endings", () => {
  test("an error of the server destroys the stream with the very error", async () => {
    const failure = new Error("server");
    const channel = new Channel<string, string>();
    void channel.serve(async (server) => {
      await server.receive();
      throw failure;
    });
    const source = new Counted();
    const sink = new Writable({ objectMode: true });
    const piped = pipeline(toReadable(source), toDuplex(channel), sink);
    expect(await piped.catch(caught)).toBe(failure);
    await idle();
    expect(source.left).toEqual([failure]);
  });

  test("destroy leaves the channel with the very error, though its server is busy", async () => {
    const channel = new Channel<string, string>();
    const duplex = toDuplex(channel);
    duplex.resume();
    const server = await channel.server();
    const reason = new Error("enough");
    const failed = once(duplex, "close").catch(caught);
    duplex.destroy(reason);
    expect(await failed).toBe(reason);
    expect(server.signal.aborted).toBe(true);
    expect(await server.next("late")).toEqual({ value: reason, done: true });
  });

  describe("microsoft/vscode#332730: who waits for a write is told", () => {
    /** A stream whose first chunk is the server's, with what has become of two writes. */
    async function written() {
      const channel = new Channel<string, string>();
      const duplex = toDuplex(channel).on("error", () => {});
      const said = duplex[Symbol.asyncIterator]();
      const first = said.next();
      const server = await channel.server();
      const told = ["A", "B"].map((item) => new Promise((resolve) => duplex.write(item, resolve)));
      return { duplex, said, first, server, told };
    }

    test("when it is destroyed before the chunk is wanted", async () => {
      const { duplex, told, first } = await written();
      first.catch(() => {});
      await idle();
      duplex.destroy(new Error("enough"));
      for (const error of await Promise.all(told)) expect(error).toBeInstanceOf(Error);
      expect(((await told[0]) as ChannelClosed).undelivered).toBe(true);
    });

    test("when it is destroyed before the chunk is answered, which is no error", async () => {
      const { duplex, said, told, server } = await written();
      const answer = server.send("first");
      said.next().catch(() => {});
      expect(await answer).toBe("A");
      duplex.destroy();
      expect((await told[0]) ?? null).toBe(null);
      expect(await told[1]).toBeInstanceOf(Error);
    });

    test("when it is destroyed after the server's end, before that is read", async () => {
      const channel = new Channel<string, string>();
      void channel.serve((server) => server.send("only").then(() => undefined));
      const duplex = toDuplex(channel);
      const told = ["A", "B"].map((item) => new Promise((resolve) => duplex.write(item, resolve)));
      duplex.read();
      await idle();
      expect(duplex.read()).toBe("only");
      duplex.read(); // asks for the next, which is the end
      expect((await told[0]) ?? null).toBe(null);
      await idle();
      expect(await state(told[1]!)).toBe("pending");
      duplex.destroy();
      expect(await told[1]).toBeInstanceOf(ChannelClosed);
    });

    test("when the server throws instead of answering", async () => {
      const { said, told, server, first } = await written();
      const answer = server.send("first");
      await first;
      const next = said.next();
      next.catch(() => {});
      expect(await answer).toBe("A");
      const failure = new Error("server");
      await server.throw(failure);
      expect(await told[0]).toBe(failure);
      expect(await told[1]).toBeInstanceOf(Error);
    });
  });

  test("an error of what is piped in leaves the channel with the very error", async () => {
    const failure = new Error("source");
    const channel = new Channel<string, string>();
    let seen: unknown;
    const served = channel.serve(async (server) => {
      try {
        for (let name = await server.receive(); ;) name = await server.send(name);
      } catch (error) {
        seen = error;
        throw error;
      }
    });
    async function* broken() {
      yield "A";
      throw failure;
    }
    const sink = new Writable({ objectMode: true, write: (_item, _encoding, done) => done() });
    expect(await pipeline(broken, toDuplex(channel), sink).catch(caught)).toBe(failure);
    await served;
    expect((seen as ChannelClosed).value).toBe(failure);
  });

  test("what is written after the server's end is refused, when all has been read", async () => {
    const channel = new Channel<string, string>();
    void channel.serve((server) => server.send("only").then(() => undefined));
    const duplex = toDuplex(channel);
    const items: unknown[] = [];
    const failed = once(duplex, "close").catch(caught);
    duplex.on("data", (item) => items.push(item));
    duplex.on("end", () => items.push("end"));
    duplex.write("answer");
    duplex.write("one too many");
    const closed = (await failed) as ChannelClosed;
    expect(closed).toBeInstanceOf(ChannelClosed);
    expect(closed.undelivered).toBe(true);
    expect(items).toEqual(["only", "end"]);
  });

  test("what is written before its server ends without taking it is refused", async () => {
    const channel = new Channel<string, string>();
    void channel.serve(() => {});
    const duplex = toDuplex(channel);
    const failed = once(duplex, "close").catch(caught);
    duplex.write("too much");
    duplex.resume();
    expect(await failed).toMatchObject({ name: "ChannelClosed", undelivered: true });
  });

  test("what is written after the end has been read is refused", async () => {
    const channel = new Channel<string, string>();
    void channel.serve(() => {});
    const duplex = toDuplex(channel);
    duplex.resume();
    await once(duplex, "end");
    const failed = once(duplex, "close").catch(caught);
    duplex.write("too late");
    expect(await failed).toBeInstanceOf(ChannelClosed);
  });

  test("null from the server destroys the stream, and leaves the channel", async () => {
    const channel = new Channel<unknown, string>();
    const served = channel.serve((server) => server.send(null).then(() => undefined));
    expect(await toDuplex(channel).toArray().catch(caught)).toEqual(
      new TypeError("Could not pass an item through a Node stream: null"),
    );
    expect(await served).toBe(undefined);
    expect(channel.closed).toBe(true);
  });
});

test("a socket talks to a channel's server", async () => {
  const listening = createServer({ allowHalfOpen: true }, (socket) => {
    const channel = new Channel<string, Buffer>();
    void channel.serve(async (server) => {
      let part = await server.send("Name? ");
      for (;;) part = await server.send(`Hello, ${part.toString().trim()}\n`);
    });
    pipeline(socket, toDuplex(channel), socket).catch(() => {});
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void listening.close());
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.end("Ann\n");
  expect(await text(socket)).toBe("Name? Hello, Ann\n");
});
