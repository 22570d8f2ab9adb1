/** Lent sources: advanced as the reader pulls, closed exactly once, and what they throw goes to the writer. */
import { Channel, StreamChannel, type Reader, type Writer } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { done, outcome, waiting } from "../support/outcome.ts";
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
    expect(spy.advanced).toBe(1); // to know that there is one
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
    const advanced = Math.max(taken, 1); // one is asked for before there is anything to lend
    expect([spy.advanced, spy.returned]).toEqual([advanced, 1]);
    expect(lent.next()).toEqual({ value: undefined, done: true });
    expect(spy.advanced).toBe(advanced);
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

  test("that is an array, and grows when its reader has come to its end, has ended for good", async () => {
    const items = [1];
    const { reader, writing } = open((writer) => writer.write(items));
    const lent = await reader.receive();
    expect([...lent]).toEqual([1]);
    items.push(2);
    expect(lent.next()).toEqual({ value: undefined, done: true });
    expect(await reader.next()).toEqual({ value: undefined, done: true });
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

describe("an async source that prepares an item", () => {
  /** Gives 1, and then nothing until it is closed. */
  function idle(log: string[] = []): AsyncIterableIterator<number> {
    let settle = (): void => {};
    let asked = 0;
    const end = { value: undefined, done: true } as const;
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () =>
        asked++ === 0
          ? Promise.resolve({ value: 1, done: false })
          : new Promise((resolve) => (settle = () => resolve(end))),
      return() {
        log.push("closed");
        settle();
        return Promise.resolve(end);
      },
    };
  }

  test("graphile/crystal#1368, whatwg/streams#1255: is closed at once when the reader leaves, which does not wait for the item", async () => {
    for (const how of ["serve", "server"] as const) {
      const log: string[] = [];
      const channel = new StreamChannel<number>();
      const writing = waiting(
        how === "serve"
          ? channel.serve((writer) => writer.write(idle(log)))
          : channel.server().then((writer) => writer.write(idle(log))),
      );
      const reader = channel.client();
      expect(await reader.next()).toEqual({ value: 1, done: false });
      const request = waiting(reader.next());
      await settled();
      expect(log).toEqual([]);
      expect(await outcome(reader.return())).toEqual({ gives: { value: undefined, done: true } });
      expect(await outcome(request)).toEqual({ gives: { value: undefined, done: true } });
      expect(log).toEqual(["closed"]);
      expect(await outcome(writing)).toEqual(
        how === "serve" ? { gives: undefined } : { closed: expect.anything() as unknown },
      );
    }
  });

  test("is left with the reader when it is another channel, whose server is busy", async () => {
    const source = new Channel<number>();
    const channel = new StreamChannel<number>();
    const writing = channel.serve((writer) => writer.write(source.client()));
    const reader = channel.client();
    const request = reader.read(1);
    const server = await source.server();
    await reader.return();
    expect(await request).toEqual([]);
    expect(await writing).toBe(undefined);
    expect(server.signal.aborted).toBe(true);
  });

  test("is closed at once when the call is cancelled, and the stream goes on", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const { reader, writing } = open(async (writer) => {
      const { signal } = controller;
      await expect(writer.write(idle(log), { signal })).rejects.toBe(failure);
      await writer.send(2);
    });
    await reader.next();
    const request = reader.next();
    await settled();
    controller.abort(failure);
    expect(await request).toEqual({ value: 2, done: false });
    expect(log).toEqual(["closed"]);
    await reader.return();
    await writing;
  });

  test("is closed at once when the stream's own signal aborts, of which writers are told the reason", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const channel = new StreamChannel<number>({ signal: controller.signal });
    const writing = waiting(channel.serve((writer) => writer.write(idle(log))));
    await channel.client().next();
    void waiting(channel.client().next());
    await settled();
    controller.abort(failure);
    expect(await outcome(writing)).toEqual({ rejects: failure });
    expect(log).toEqual(["closed"]);
  });

  test("is closed once when the reader throws, of which the writer is told the very error", async () => {
    const log: string[] = [];
    const { reader, writing } = open((writer) => writer.write(idle(log)));
    await reader.next();
    await expect(reader.throw(failure)).rejects.toBe(failure);
    expect(log).toEqual(["closed"]);
    expect(await outcome(writing)).toEqual({ rejects: failure });
  });

  test("is closed, and not asked, when the reader has left before", async () => {
    const log: string[] = [];
    const channel = new StreamChannel<number>();
    void channel.client().next();
    const writer = await channel.server();
    await channel.client().return();
    const source = Object.assign(idle(log), { next: () => expect.fail("was asked") });
    expect(await outcome(writer.write(source))).toEqual({ closed: expect.anything() as unknown });
    expect(log).toEqual(["closed"]);
  });

  /** Gives 1 at once, and nothing after it; its `return()` settles, or fails, as told. */
  function closingBy(close: () => Promise<IteratorResult<number>>): AsyncIterableIterator<number> {
    return { ...idle(), return: close };
  }

  test("and whose closing fails is told to nobody, since the reader does not wait for it", async () => {
    const { reader, writing } = open((writer) =>
      writer.write(closingBy(() => Promise.reject(failure))),
    );
    await reader.next();
    void waiting(reader.next());
    await settled();
    expect(await outcome(reader.return())).toEqual(done());
    expect(await outcome(writing)).toEqual({ gives: undefined });
  });

  test("but is idle is heard out: the reader is told if its closing fails", async () => {
    const { reader, writing } = open((writer) =>
      writer.write(closingBy(() => Promise.reject(failure))),
    );
    await reader.next();
    expect(await outcome(reader.return())).toEqual({ rejects: failure });
    expect(await outcome(writing)).toEqual({ rejects: failure });
  });

  test.each(["call", "stream"])(
    "and is being closed for ever holds no write whose %s is aborted",
    async (which) => {
      const controller = new AbortController();
      const { signal } = controller;
      const channel = new StreamChannel<number>(which === "stream" ? { signal } : {});
      const reader = channel.client();
      const first = reader.next();
      const writer = await channel.server();
      const source = closingBy(() => new Promise(() => {}));
      const writing = waiting(writer.write(source, which === "call" ? { signal } : {}));
      await first;
      await reader.return();
      expect(await outcome(writing)).toBe("waits");
      controller.abort(failure);
      expect(await outcome(writing)).toEqual({ rejects: failure });
    },
  );
});

describe.each([1, 2, 3])("a source that throws instead of item %i", (at) => {
  const before = Array.from({ length: at - 1 }, (_, i) => i + 1);

  test("ends the lent iterator there, and the writer may go on", async () => {
    const spy = new Spy(9, at);
    const { reader } = open(async (writer) => {
      await writer.write(spy).catch((error: unknown) => expect(error).toBe(failure));
      await writer.send(100);
    });
    if (before.length > 0) expect([...(await reader.receive())]).toEqual(before);
    expect([...(await reader.receive())]).toEqual([100]);
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
