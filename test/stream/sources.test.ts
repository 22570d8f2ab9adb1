/** Lent sources: advanced as the reader pulls, closed exactly once, and what they throw goes to the writer. */
import { StreamChannel, type Reader, type Writer } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { outcome, waiting } from "../support/outcome.ts";
import { settled } from "../support/settled.ts";

/** Counts up to `count`, and counts the calls of its methods. */
class Spy implements IterableIterator<number> {
  advanced = 0;
  returned = 0;
  readonly #count: number;
  readonly #failAt: number | undefined;

  constructor(count: number, failAt?: number) {
    this.#count = count;
    this.#failAt = failAt;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<number> {
    const item = ++this.advanced;
    if (item === this.#failAt) throw failure;
    return item > this.#count ? { value: undefined, done: true } : { value: item, done: false };
  }

  return(): IteratorResult<number> {
    this.returned++;
    return { value: undefined, done: true };
  }
}

const failure = new Error("failure");

function open(body: (writer: Writer<number>) => Promise<void>): {
  reader: Reader<number>;
  writing: Promise<void>;
} {
  const channel = new StreamChannel<number>();
  const writing = waiting(channel.serve(body));
  return { reader: channel.client(), writing };
}

describe("a lent source", () => {
  test("is advanced only as the reader pulls", async () => {
    const spy = new Spy(9);
    const { reader } = open((writer) => writer.write(spy));
    const lent = await reader.receive();
    await settled();
    expect(spy.advanced).toBe(0);
    expect([lent.next().value, lent.next().value]).toEqual([1, 2]);
    await settled();
    expect(spy.advanced).toBe(2);
    expect(await reader.read(3)).toEqual([3, 4, 5]);
    expect(spy.advanced).toBe(5);
    expect(await reader.next()).toEqual({ value: 6, done: false });
    expect([spy.advanced, spy.returned]).toEqual([6, 0]);
  });

  test("keeps its writer waiting until it is empty and more is wanted", async () => {
    const { reader, writing } = open((writer) => writer.write(new Spy(2)));
    expect(await reader.read(2)).toEqual([1, 2]);
    expect(await outcome(writing)).toBe("waits");
    expect(await reader.read(1)).toEqual([]);
    expect(await outcome(writing)).toEqual({ gives: undefined });
  });

  test("that comes to its end is not closed", async () => {
    const spy = new Spy(3);
    const { reader } = open((writer) => writer.write(spy));
    expect(await reader.read()).toEqual([1, 2, 3]);
    await reader.return();
    expect(spy.returned).toBe(0);
  });

  test("that is empty is passed over by read, next and for await", async () => {
    const { reader } = open(async (writer) => {
      await writer.write([]);
      await writer.send(1);
      await writer.write(new Spy(0));
      await writer.write([2]);
    });
    expect(await reader.next()).toEqual({ value: 1, done: false });
    expect(await reader.read(2)).toEqual([2]);
  });

  test.each([0, 1, 2, 3])("is closed once when the reader leaves after %i items", async (taken) => {
    const spy = new Spy(4);
    const { reader, writing } = open((writer) => writer.write(spy));
    const lent = await reader.receive();
    for (let i = 0; i < taken; i++) lent.next();
    await reader.return();
    await reader.return();
    await settled();
    expect([spy.advanced, spy.returned]).toEqual([taken, 1]);
    expect(lent.next()).toEqual({ value: undefined, done: true });
    expect(spy.advanced).toBe(taken);
    expect(await outcome(writing)).toEqual({ gives: undefined });
  });

  test("that is an array, and is made shorter than what was taken, is at its end", async () => {
    const items = [1, 2, 3, 4];
    const { reader, writing } = open(async (writer) => {
      await writer.write(items);
      await writer.send(9);
    });
    expect(await reader.read(3)).toEqual([1, 2, 3]);
    items.length = 2;
    expect(await reader.next()).toEqual({ value: 9, done: false });
    await reader.return();
    await writing;
  });

  test("that cannot be opened makes write reject, and what has joined before it stays", async () => {
    const unopened: Iterable<number> = {
      [Symbol.iterator]() {
        throw failure;
      },
    };
    const { reader, writing } = open(async (writer) => {
      await writer.send(1);
      expect(await outcome(writer.write(unopened))).toEqual({ rejects: failure });
      await writer.send(2);
    });
    expect(await reader.read(3)).toEqual([1, 2]);
    await writing;
  });

  test("is closed once when the reader throws", async () => {
    const spy = new Spy(4);
    const { reader, writing } = open((writer) => writer.write(spy));
    await reader.next();
    await expect(reader.throw(failure)).rejects.toBe(failure);
    expect(spy.returned).toBe(1);
    await expect(writing).rejects.toBe(failure);
  });

  test("is closed once when the writer's call is cancelled", async () => {
    const spy = new Spy(4);
    const controller = new AbortController();
    const { reader, writing } = open((writer) => writer.write(spy, { signal: controller.signal }));
    const lent = await reader.receive();
    lent.next();
    controller.abort(failure);
    await expect(writing).rejects.toBe(failure);
    expect([lent.next().done, spy.returned]).toEqual([true, 1]);
  });

  test("denoland/std#7277: is closed once when the stream's own signal aborts", async () => {
    const spy = new Spy(4);
    const controller = new AbortController();
    const channel = new StreamChannel<number>({ signal: controller.signal });
    const writing = waiting(channel.serve((writer) => writer.write(spy)));
    await channel.client().next();
    controller.abort(failure);
    expect(await outcome(writing)).toEqual({ rejects: failure });
    expect(spy.returned).toBe(1);
  });

  test("is closed once when it was never taken", async () => {
    const spies = [new Spy(2), new Spy(2)];
    const { reader } = open(async (writer) => {
      await Promise.all(spies.map((spy) => writer.write(spy)));
    });
    await reader.next();
    await reader.return();
    await settled();
    expect(spies.map((spy) => spy.returned)).toEqual([1, 1]);
    expect(spies.map((spy) => spy.advanced)).toEqual([1, 0]);
  });

  test("whose return fails makes write reject", async () => {
    const spy = new Spy(4);
    spy.return = () => {
      throw failure;
    };
    let told: unknown;
    const { reader } = open((writer) =>
      writer.write(spy).catch((error: unknown) => {
        told = error;
        throw error;
      }),
    );
    await reader.next();
    await expect(reader.return()).rejects.toBe(failure);
    expect(told).toBe(failure);
  });

  test("of an async write is closed once when the reader leaves", async () => {
    let closed = 0;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let i = 1; ; i++) yield i;
      } finally {
        closed++;
      }
    }
    const { reader, writing } = open((writer) => writer.write(source()));
    expect(await reader.read(2)).toEqual([1, 2]);
    await reader.return();
    expect(await outcome(writing)).toEqual({ gives: undefined });
    expect(closed).toBe(1);
  });
});

describe.each([1, 2, 3])("a source that throws instead of item %i", (at) => {
  const before = Array.from({ length: at - 1 }, (_, i) => i + 1);

  test("ends the lent iterator there, and the writer may go on", async () => {
    const spy = new Spy(9, at);
    const { reader } = open(async (writer) => {
      await writer.write(spy).catch((error: unknown) => expect(error).toBe(failure));
      await writer.send(100);
    });
    expect([...(await reader.receive())]).toEqual(before);
    expect(await reader.next()).toEqual({ value: 100, done: false });
    expect(spy.returned).toBe(0);
  });

  test("fails the reader after the items, if the writer does not catch it", async () => {
    const { reader, writing } = open((writer) => writer.write(new Spy(9, at)));
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of reader) items.push(item);
    })();
    await expect(reading).rejects.toBe(failure);
    expect(items).toEqual(before);
    await expect(writing).rejects.toBe(failure);
    expect(await reader.read()).toEqual([]);
  });

  test("gives read(n) the items before, and the next call the error", async () => {
    const { reader } = open((writer) => writer.write(new Spy(9, at)));
    if (before.length > 0) expect(await reader.read(9)).toEqual(before);
    await expect(reader.read(9)).rejects.toBe(failure);
    expect(await reader.read(9)).toEqual([]);
  });
});
