import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import { toReadableStream } from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

import { settled, state } from "../support/settled.ts";
import { Counted } from "./counted.ts";

/** What has become of a promise in the end. */
async function outcome(promise: Promise<unknown>) {
  await promise.catch(() => {});
  return state(promise);
}

describe("demand", () => {
  test("nothing is asked of the source before a read, and one item for each read", async () => {
    const source = new Counted();
    const reader = toReadableStream(source).getReader();
    for (let reads = 0; reads < 5; reads++) {
      await settled();
      expect(source.asked).toBe(reads);
      expect(await reader.read()).toEqual({ value: reads + 1, done: false });
    }
    await settled();
    expect(source.asked).toBe(5);
  });

  test("@std/async Channel: a send settles when the next item is read, not before", async () => {
    const channel = new Channel<string>();
    const sent: string[] = [];
    void channel.serve(async (server) => {
      for (const item of ["A", "B", "C"]) {
        await server.send(item);
        sent.push(item);
      }
    });
    const reader = toReadableStream(channel.client()).getReader();
    await reader.read();
    await settled();
    expect(sent).toEqual([]);
    await reader.read();
    await settled();
    expect(sent).toEqual(["A"]);
  });

  test("overlapping reads get the items in order", async () => {
    const reader = toReadableStream(new Counted()).getReader();
    const results = await Promise.all([reader.read(), reader.read(), reader.read()]);
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  test("an item that a released reader had asked for is there for the next reader", async () => {
    const channel = new Channel<string>();
    const stream = toReadableStream(channel.client());
    const first = stream.getReader();
    const read = first.read();
    read.catch(() => {});
    await settled();
    first.releaseLock();
    await expect(read).rejects.toThrow(TypeError);
    const server = await channel.server();
    void server.send("A");
    const second = stream.getReader();
    expect(await second.read()).toEqual({ value: "A", done: false });
  });

  test("pipeTo asks only for what the other stream has room for", async () => {
    const source = new Counted();
    const taken: number[] = [];
    let release = () => {};
    const slow = new WritableStream<number>({
      write(item) {
        taken.push(item);
        return new Promise((resolve) => (release = resolve));
      },
    });
    void toReadableStream(source).pipeTo(slow);
    for (let count = 1; count < 5; count++) {
      await settled();
      expect(taken.length).toBe(count);
      expect(source.asked).toBe(count);
      release();
    }
  });
});

describe("items", () => {
  test("pass through untouched, be they promises, undefined or null", async () => {
    const promise = Promise.resolve(1);
    const items = [promise, undefined, null, 0];
    async function* give() {
      for (const item of items) yield { item };
    }
    const bare = {
      [Symbol.asyncIterator]: () => {
        const boxes = give();
        return {
          async next() {
            const { value, done } = await boxes.next();
            return { value: value?.item, done: done === true };
          },
        };
      },
    };
    const reader = toReadableStream(bare).getReader();
    for (const item of items) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      expect(value).toBe(item);
    }
    expect(await reader.read()).toEqual({ value: undefined, done: true });
  });

  test("of a stream channel's reader, lent ones included, come through", async () => {
    const channel = new StreamChannel<number>();
    void channel.serve(async (writer) => {
      await writer.send(1);
      await writer.write([2, 3]);
    });
    const items: number[] = [];
    const collect = new WritableStream<number>({ write: (item) => void items.push(item) });
    await toReadableStream(channel.client()).pipeTo(collect);
    expect(items).toEqual([1, 2, 3]);
  });
});

describe("endings", () => {
  test("the end of the source closes the stream, which does not leave it again", async () => {
    const reader = toReadableStream(produce<string>((server) => server.send("A"))).getReader();
    expect(await reader.read()).toEqual({ value: "A", done: false });
    expect(await reader.read()).toEqual({ value: undefined, done: true });
    expect(await state(reader.closed)).toEqual({ value: undefined });
  });

  test.each([new Error("broken"), "a string", undefined])(
    "an error of the source is the stream's: %s",
    async (failure) => {
      const client = produce<string>(async (server) => {
        await server.send("A");
        throw failure;
      });
      const reader = toReadableStream(client).getReader();
      await reader.read();
      expect(await outcome(reader.read())).toEqual({ error: failure });
      expect(await outcome(reader.closed)).toEqual({ error: failure });
    },
  );

  test("cancel leaves the source with the very reason, once", async () => {
    const source = new Counted();
    const reason = new Error("enough");
    const reader = toReadableStream(source).getReader();
    await reader.read();
    await reader.cancel(reason);
    await reader.cancel("again");
    expect(source.left.length).toBe(1);
    expect(source.left[0]).toBe(reason);
  });

  test("cancel makes a waiting send reject with the very reason as its value", async () => {
    const reason = new Error("enough");
    const channel = new Channel<string>();
    let rejected: unknown;
    void channel.serve((server) =>
      server.send("A").catch((error: unknown) => {
        rejected = error;
        throw error;
      }),
    );
    const reader = toReadableStream(channel.client()).getReader();
    await reader.read();
    await reader.cancel(reason);
    expect(rejected).toBeInstanceOf(ChannelClosed);
    expect((rejected as ChannelClosed).value).toBe(reason);
    expect((rejected as ChannelClosed).undelivered).toBe(false);
  });

  test("cancel while a read waits ends the read at once, and tells a busy server", async () => {
    const channel = new Channel<string>();
    const reader = toReadableStream(channel.client()).getReader();
    const read = reader.read();
    const server = await channel.server();
    await reader.cancel("enough");
    expect(await read).toEqual({ value: undefined, done: true });
    expect(server.signal.aborted).toBe(true);
    expect(await server.send("A").catch((error: ChannelClosed) => error.undelivered)).toBe(true);
  });

  test("cancel leaves a source that cannot be left as it is", async () => {
    const next = async () => ({ value: 1, done: false });
    const stream = toReadableStream({ [Symbol.asyncIterator]: () => ({ next }) });
    expect(await stream.cancel("enough")).toBe(undefined);
  });

  test("cancel before the first read ends the channel", async () => {
    const channel = new Channel<string>();
    await toReadableStream(channel.client()).cancel("enough");
    expect(channel.closed).toBe(true);
  });

  test("cancel waits for the cleanup of the body, and rejects with its error", async () => {
    const failure = new Error("cleanup");
    const client = produce<string>(async (server) => {
      try {
        await server.send("A");
      } catch {
        await settled();
        throw failure;
      }
    });
    const reader = toReadableStream(client).getReader();
    await reader.read();
    expect(await reader.cancel().catch((error: unknown) => error)).toBe(failure);
  });

  test("an error where it is piped to leaves the source with that error", async () => {
    const failure = new Error("full");
    const source = new Counted();
    const broken = new WritableStream({
      write() {
        throw failure;
      },
    });
    const piped = toReadableStream(source).pipeTo(broken);
    expect(await piped.catch((error: unknown) => error)).toBe(failure);
    expect(source.left).toEqual([failure]);
  });

  test("a signal that has aborted pipeTo leaves the source with its reason", async () => {
    const source = new Counted();
    const signal = AbortSignal.abort("stop");
    const piped = toReadableStream(source).pipeTo(new WritableStream(), { signal });
    expect(await piped.catch((error: unknown) => error)).toBe("stop");
    expect(source.left).toEqual(["stop"]);
  });
});

describe("the platform's own", () => {
  const from = (ReadableStream as unknown as { from?: (source: unknown) => ReadableStream }).from;

  test("constructor reads one item ahead when it is not told a high-water mark", async () => {
    const source = new Counted();
    const items = source[Symbol.asyncIterator]();
    void new ReadableStream<number>({
      async pull(controller) {
        const { value } = await items.next();
        controller.enqueue(value as number);
      },
    });
    await settled();
    expect(source.asked).toBe(1);
  });

  test.runIf(from)("ReadableStream.from, where there is one, asks and leaves alike", async () => {
    for (const make of [toReadableStream, from!.bind(ReadableStream)]) {
      const source = new Counted();
      const reader = make(source).getReader();
      await settled();
      expect(source.asked).toBe(0);
      await reader.read();
      await settled();
      expect(source.asked).toBe(1);
      await reader.cancel("enough");
      expect(source.left).toEqual(["enough"]);
    }
  });
});
