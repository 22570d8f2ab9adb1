import { Channel, ChannelClosed, type Client } from "coroutine-channels";
import { toReadableStream, toTransformStream } from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

import { settled, state } from "../support/settled.ts";
import { Counted } from "./counted.ts";

const caught = (error: unknown): unknown => error;

async function* doubled(items: AsyncIterable<number>) {
  for await (const item of items) yield item * 2;
}

describe("a function", () => {
  test("whatwg/streams#1158, whatwg/streams#1190: nothing is taken from what is piped in before a read, and one item for each", async () => {
    const source = new Counted();
    const reader = toReadableStream(source).pipeThrough(toTransformStream(doubled)).getReader();
    for (let reads = 0; reads < 5; reads++) {
      await settled();
      expect(source.asked).toBe(reads);
      expect(await reader.read()).toEqual({ value: 2 * (reads + 1), done: false });
    }
  });

  test("may give fewer items than it gets, or more, and some at the end", async () => {
    async function* pairs(items: Client<number>) {
      let sum = 0;
      for await (const item of items) {
        sum += item;
        if (item % 2 === 0) yield* [item - 1, item];
      }
      yield sum;
    }
    async function* three() {
      yield* [1, 2, 3];
    }
    const results: number[] = [];
    await toReadableStream(three())
      .pipeThrough(toTransformStream(pairs))
      .pipeTo(new WritableStream({ write: (item) => void results.push(item) }));
    expect(results).toEqual([1, 2, 6]);
  });

  test("an error of what is piped in reaches the reader, the very one", async () => {
    const failure = new Error("source");
    const stream = new ReadableStream<number>({ pull: (controller) => controller.error(failure) });
    const reader = stream.pipeThrough(toTransformStream(doubled)).getReader();
    expect(await reader.read().catch(caught)).toBe(failure);
  });

  test("its own error reaches the reader, and stops what is piped in", async () => {
    const failure = new Error("transform");
    const source = new Counted();
    const reader = toReadableStream(source)
      .pipeThrough(
        toTransformStream(async function* (items: Client<number>) {
          yield await items.receive();
          throw failure;
        }),
      )
      .getReader();
    await reader.read();
    expect(await reader.read().catch(caught)).toBe(failure);
    await settled();
    expect(source.left).toEqual([failure]);
  });

  test("whose results cannot be left stops what is piped in when it is cancelled", async () => {
    const source = new Counted();
    const { readable, writable } = toTransformStream((items: Client<number>) => ({
      [Symbol.asyncIterator]: () => ({ next: () => items.next() }),
    }));
    void toReadableStream(source)
      .pipeTo(writable)
      .catch(() => {});
    const reader = readable.getReader();
    expect(await reader.read()).toEqual({ value: 1, done: false });
    expect(await reader.cancel("enough")).toBe(undefined);
    await settled();
    expect(source.left.length).toBe(1);
  });

  test("its early end stops what is piped in", async () => {
    const source = new Counted();
    const reader = toReadableStream(source)
      .pipeThrough(
        toTransformStream(async function* (items: AsyncIterable<number>) {
          for await (const item of items) {
            yield item;
            if (item === 2) return;
          }
        }),
      )
      .getReader();
    await reader.read();
    await reader.read();
    expect(await reader.read()).toEqual({ value: undefined, done: true });
    await settled();
    expect(source.asked).toBe(2);
    expect(source.left.length).toBe(1);
    expect(source.left[0]).toBeInstanceOf(ChannelClosed);
  });

  test.each(["before the first read", "between reads", "while a read waits"])(
    "cancel reaches what is piped in, %s",
    async (when) => {
      const source = new ReadableStream<number>(
        {
          start: (controller) => controller.enqueue(1),
          cancel: (reason) => void left.push(reason),
        },
        { highWaterMark: 0 },
      );
      const left: unknown[] = [];
      const reader = source.pipeThrough(toTransformStream(doubled)).getReader();
      if (when !== "before the first read") await reader.read();
      const read = when === "while a read waits" ? reader.read() : undefined;
      const reason = new Error("enough");
      await settled();
      await reader.cancel(reason);
      if (read) expect(await read).toEqual({ value: undefined, done: true });
      await settled();
      expect(left.length).toBe(1);
      expect((left[0] as ChannelClosed).value).toBe(reason);
    },
  );

  test.each([false, true])("abort reaches the reader, who waits: %s", async (waits) => {
    const { readable, writable } = toTransformStream(doubled);
    const reason = new Error("stop");
    const reader = readable.getReader();
    const waiting = waits ? reader.read() : undefined;
    waiting?.catch(() => {});
    await settled();
    await writable.abort(reason);
    expect(await (waiting ?? reader.read()).catch(caught)).toBe(reason);
  });

  test("close before the first read is heard of at that read", async () => {
    const { readable, writable } = toTransformStream(doubled);
    const closed = writable.close();
    await settled();
    expect(await state(closed)).toBe("pending");
    expect(await readable.getReader().read()).toEqual({ value: undefined, done: true });
    await closed;
  });
});

describe("a channel", () => {
  /** Greets whoever it hears of, and takes leave. */
  function greeting() {
    const channel = new Channel<string, string>();
    const served = channel.serve(async (server) => {
      try {
        let name = await server.receive();
        for (;;) name = await server.send(`Hello, ${name}`);
      } finally {
        await server.send("Bye");
        await server.send("See you");
      }
    });
    return { channel, served };
  }

  async function* names() {
    yield* ["Ann", "Bob"];
  }

  test("answers each chunk, and what it says in leaving is read, too", async () => {
    const { channel, served } = greeting();
    const stream = toReadableStream(names()).pipeThrough(toTransformStream(channel));
    const said: string[] = [];
    await stream.pipeTo(new WritableStream({ write: (text) => void said.push(text) }));
    expect(said).toEqual(["Hello, Ann", "Hello, Bob", "Bye", "See you"]);
    expect(await served).toBe(undefined);
    expect(channel.closed).toBe(true);
  });

  test("that speaks first is answered by the first chunk", async () => {
    const channel = new Channel<string, number>();
    const answers: number[] = [];
    void channel.serve(async (server) => {
      answers.push(await server.send("A"));
      answers.push(await server.send("B"));
    });
    const { readable, writable } = toTransformStream(channel);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    expect(await reader.read()).toEqual({ value: "A", done: false });
    void writer.write(0);
    expect(await reader.read()).toEqual({ value: "B", done: false });
    const last = writer.write(1).catch(caught);
    expect(await reader.read()).toEqual({ value: undefined, done: true });
    expect(((await last) as ChannelClosed).undelivered).toBe(false);
    expect(answers).toEqual([0, 1]);
  });

  test("takes nothing from what is piped in before a read, and one chunk for each", async () => {
    const channel = new Channel<number, number>();
    void channel.serve(async (server) => {
      let item = await server.receive();
      for (;;) item = await server.send(-item);
    });
    const source = new Counted();
    const reader = toReadableStream(source).pipeThrough(toTransformStream(channel)).getReader();
    for (let reads = 0; reads < 4; reads++) {
      await settled();
      expect(source.asked).toBe(reads);
      expect(await reader.read()).toEqual({ value: -reads - 1, done: false });
    }
  });

  test("is left at once with the reason of a cancel, though its server is busy", async () => {
    const channel = new Channel<number, number>();
    const source = new Counted();
    const reader = toReadableStream(source).pipeThrough(toTransformStream(channel)).getReader();
    const read = reader.read();
    const server = await channel.server();
    await reader.cancel("enough");
    expect(await read).toEqual({ value: undefined, done: true });
    expect(server.signal.aborted).toBe(true);
    expect(await server.next(1)).toEqual({ value: "enough", done: true });
    await settled();
    expect(source.left.length).toBe(1);
  });

  test("gets the reason of an abort thrown where it waits for a chunk", async () => {
    const channel = new Channel<string, number>();
    const reason = new Error("stop");
    let thrown: unknown;
    void channel.serve(async (server) => {
      thrown = await server.receive().catch(caught);
      await server.send("still here");
    });
    const { readable, writable } = toTransformStream(channel);
    const reader = readable.getReader();
    const read = reader.read();
    await settled();
    await writable.abort(reason);
    expect(await read).toEqual({ value: "still here", done: false });
    expect(thrown).toBe(reason);
  });

  test("gives the very error of its server to the reader, and stops what is piped in", async () => {
    const failure = new Error("server");
    const channel = new Channel<string, number>();
    void channel.serve(async (server) => {
      await server.receive();
      throw failure;
    });
    const source = new Counted();
    const reader = toReadableStream(source).pipeThrough(toTransformStream(channel)).getReader();
    expect(await reader.read().catch(caught)).toBe(failure);
    await settled();
    expect(source.left).toEqual([failure]);
  });

  test("is left after an abort that its server catches", async () => {
    const channel = new Channel<string, number>();
    const reason = new Error("stop");
    const served = channel.serve(async (server) => {
      await server.receive().catch(() => {});
      await server.send("still here");
      expect.fail("goes on");
    });
    const { readable, writable } = toTransformStream(channel);
    const reader = readable.getReader();
    const read = reader.read();
    await settled();
    await writable.abort(reason);
    expect(await read).toEqual({ value: "still here", done: false });
    expect(await reader.read()).toEqual({ value: undefined, done: true });
    await served;
  });

  test("refuses the write that waits when it is aborted, though its server is busy", async () => {
    const channel = new Channel<number, number>();
    const { readable, writable } = toTransformStream(channel);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const reads = [reader.read(), reader.read()];
    const server = await channel.server();
    void server.send(0);
    await reads[0];
    const written = writer.write(1).catch(caught);
    await settled();
    const reason = new Error("stop");
    await writer.abort(reason);
    expect(await written).toBe(reason);
    await server.return();
    expect(await reads[1]).toEqual({ value: undefined, done: true });
  });

  test("whoever writes is told why nobody reads any more", async () => {
    const { readable, writable } = toTransformStream(new Channel<number, number>());
    const writer = writable.getWriter();
    const closed = writer.closed.catch(caught);
    await readable.cancel("enough");
    expect(await closed).toBeInstanceOf(ChannelClosed);
    expect(await closed).toMatchObject({ value: "enough" });
  });
});
