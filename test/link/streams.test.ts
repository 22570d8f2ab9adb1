/** Far streams: demand, prefetch, endings, and what cannot be sent. */
import { StreamChannel, type Reader, type Writer } from "coroutine-channels";
import { Host, LinkClosed, Session } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";
import { byteLink } from "coroutine-channels/socket";
import { expect, test } from "vitest";

import { settled } from "../support/settled.ts";
import { microtaskLinks } from "./microtask-link.ts";

async function farReader<T>(
  body: (writer: Writer<T>) => void | Promise<void>,
  prefetch?: number,
): Promise<Reader<T>> {
  const [one, two] = microtaskLinks();
  new Session(one).serveStream<T>("items", body);
  const session = new Session(two);
  await settled();
  await settled();
  return session.reader<T>("items", undefined, { prefetch });
}

function* naturals(pulled: number[]): Generator<number, void> {
  for (let i = 0; ; i++) {
    pulled.push(i);
    yield i;
  }
}

test("nothing is produced beyond what was asked for", async () => {
  const pulled: number[] = [];
  const reader = await farReader<number>((writer) => writer.write(naturals(pulled)));
  expect(await reader.next()).toEqual({ value: 0, done: false });
  await settled();
  expect(pulled).toEqual([0]);
  expect(await reader.read(3)).toEqual([1, 2, 3]);
  await settled();
  expect(pulled).toHaveLength(4);
  await reader.return();
});

test("prefetch is what may be under way beyond that", async () => {
  const pulled: number[] = [];
  const reader = await farReader<number>((writer) => writer.write(naturals(pulled)), 10);
  expect(await reader.next()).toEqual({ value: 0, done: false });
  await settled();
  expect(pulled.length).toBeLessThanOrEqual(11);
  expect(pulled.length).toBeGreaterThanOrEqual(10);
  expect(await reader.read(100)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  await settled();
  expect(pulled.length).toBeLessThanOrEqual(111);
  await reader.return();
});

test("who asks for more than the other side's limit breaks the protocol", async () => {
  const [one, two] = microtaskLinks();
  const serving = new Session(one, { limits: { ahead: 10 } });
  serving.serveStream<number>("naturals", (writer) => writer.write(naturals([])));
  const session = new Session(two);
  const modest = session.reader<number>("naturals", undefined, { prefetch: 9 });
  expect(await modest.next()).toEqual({ value: 0, done: false });
  const greedy = session.reader<number>("naturals", undefined, { prefetch: 10 });
  await expect(greedy.next()).rejects.toThrow(LinkClosed);
  expect(serving.signal.reason).toMatchObject({
    message: "The other side broke the protocol: 11 items are asked for ahead",
  });
});

test("all are read, and the end is told", async () => {
  const reader = await farReader<number>(async (writer) => {
    for (let i = 0; i < 1000; i++) await writer.send(i);
  }, 64);
  expect(await reader.read()).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(await reader.next()).toEqual({ value: undefined, done: true });
});

test("an error comes behind the items", async () => {
  const reader = await farReader<number>(async (writer) => {
    await writer.write([1, 2, 3]);
    throw new RangeError("enough");
  }, 64);
  expect(await reader.read()).toEqual([1, 2, 3]);
  await expect(reader.next()).rejects.toThrow(new RangeError("enough"));
  expect(await reader.next()).toEqual({ value: undefined, done: true });
});

test("leaving waits for the body's clean-up, and hears of its error", async () => {
  const seen: string[] = [];
  const reader = await farReader<number>(async (writer) => {
    try {
      for (let i = 0; ; i++) await writer.send(i);
    } finally {
      seen.push("cleaned up");
    }
  }, 8);
  for await (const item of reader) if (item === 20) break;
  expect(seen).toEqual(["cleaned up"]);

  const failing = await farReader<number>(async (writer) => {
    try {
      for (let i = 0; ; i++) await writer.send(i);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally
      throw new RangeError("in the clean-up");
    }
  });
  await failing.next();
  await expect(failing.return()).rejects.toThrow("in the clean-up");
});

test("an error that the reader throws is told to the body, which may go on", async () => {
  const heard: unknown[] = [];
  const reader = await farReader<number>(async (writer) => {
    for (let i = 0; i < 5; i++) {
      try {
        await writer.send(i);
      } catch (error) {
        heard.push((error as Error).message);
      }
    }
  });
  expect(await reader.next()).toEqual({ value: 0, done: false });
  await settled();
  expect(await reader.throw(new Error("no"))).toEqual({ value: 1, done: false });
  expect(heard).toEqual(["no"]);
  expect(await reader.read()).toEqual([2, 3, 4]);
});

test.each([0, 1, 2, 3, 5, 8, 20])(
  "an error that is thrown %i microtasks after an item is told before the body is asked for more",
  async (gap) => {
    const log: unknown[] = [];
    const reader = await farReader<number>(async (writer) => {
      await writer.write({
        [Symbol.asyncIterator]: () => ({
          async next() {
            log.push("asked");
            if (log.length > 1) await new Promise(() => {});
            return { value: 1, done: false };
          },
        }),
      });
    });
    expect(await reader.next()).toEqual({ value: 1, done: false });
    for (let i = 0; i < gap; i++) await null;
    await expect(reader.throw(new Error("no"))).rejects.toThrow("no");
    expect(log).toEqual(["asked"]);
  },
);

test("a body sends from its finally", async () => {
  const reader = await farReader<number>(async (writer) => {
    try {
      for (let i = 0; ; i++) await writer.send(i);
    } finally {
      await writer.send(99);
    }
  }, 16);
  expect(await reader.next()).toEqual({ value: 0, done: false });
  await settled();
  expect(await reader.return()).toEqual({ value: 99, done: false });
  expect(await reader.next()).toEqual({ value: undefined, done: true });
});

test("an item that cannot be sent is told to the body, which may go on", async () => {
  const { port1, port2 } = new MessageChannel();
  const refused: unknown[] = [];
  new Session(portLink(port1)).serveStream<unknown>("items", async (writer) => {
    for (const item of [1, 2, () => {}, 3]) {
      try {
        await writer.send(item);
      } catch (error) {
        refused.push((error as Error).name);
      }
    }
  });
  const session = new Session(portLink(port2));
  const items: unknown[] = [];
  for await (const item of session.reader("items")) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect(refused).toEqual(["DataCloneError"]);
  await session.close();
});

test("if the body has ended meanwhile, it is told to the reader", async () => {
  const { port1, port2 } = new MessageChannel();
  new Session(portLink(port1)).serveStream<unknown>("items", (writer) =>
    writer.write([1, () => {}, 3]),
  );
  const session = new Session(portLink(port2));
  const reader = session.reader("items", undefined, { prefetch: 16 });
  expect(await reader.read()).toEqual([1, 3]);
  await expect(reader.next()).rejects.toMatchObject({ name: "DataCloneError" });
  await session.close();
});

test.each([
  ["of one turn are above what may be unread", 64 * 1024, {}],
  ["together are above half of what may be unread", 1000, { unread: 100_000 }],
])("items that %s pause the stream, and its end waits for them", async (_name, size, limits) => {
  const host = new Host({
    limits,
    open: (session) =>
      session.serveStream<Uint8Array>("items", async (writer) => {
        await writer.write(Array.from({ length: 300 }, () => new Uint8Array(size)));
        throw new RangeError("enough");
      }),
  });
  const session = new Session(() => {
    const one = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const two = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    host.accept(byteLink({ readable: one.readable, writable: two.writable }));
    return byteLink({ readable: two.readable, writable: one.writable });
  });
  const reader = session.reader<Uint8Array>("items", undefined, { prefetch: 500 });
  expect(await reader.read()).toHaveLength(300);
  await expect(reader.next()).rejects.toThrow("enough");
  await session.close();
  await host.close();
});

test("items go in frames of 64 KiB at most, and of one item if that is longer, from the first frame on", async () => {
  const frames: number[] = [];
  const one = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const two = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const far = new Session(byteLink({ readable: one.readable, writable: two.writable }), {
    observe: (event) => {
      if (event.type === "sent" && event.frame === 6) frames.push(event.bytes!);
    },
  });
  const sizes = [...Array.from({ length: 100 }, (_, i) => i * 500), 100_000, 10];
  far.serveStream<string>("items", (writer) => writer.write(sizes.map((size) => "x".repeat(size))));
  const near = new Session(byteLink({ readable: two.readable, writable: one.writable }));
  const items = await near.reader<string>("items", undefined, { prefetch: 200 }).read();
  expect(items.map(({ length }) => length)).toEqual(sizes);
  const long = frames.filter((bytes) => bytes > 64 * 1024);
  expect(long.map((bytes) => Math.floor(bytes / 1000))).toEqual([100]);
  expect(frames.length).toBeLessThan(80);
  await near.close();
});

test("a near StreamChannel is what all of this is like", async () => {
  const channel = new StreamChannel<number>();
  void channel.serve((writer) => writer.write([1, 2, 3]));
  expect(await channel.client().read()).toEqual([1, 2, 3]);
});
