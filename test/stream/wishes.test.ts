/** Items fill wishes, in order: when each call of a stream settles, and what `receive()` lends. */
import { ChannelClosed, StreamChannel, type Reader, type Writer } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { done, item, outcome, outcomes, waiting } from "../support/outcome.ts";

const failure = new Error("failure");
const closed = { closed: expect.anything() as unknown };

interface Ends {
  readonly channel: StreamChannel<number>;
  readonly reader: Reader<number>;
  readonly writer: Writer<number>;
  readonly first: Promise<unknown>;
}

/** A stream whose reader waits, in `next()` or as told. */
async function open(
  ask: (reader: Reader<number>) => Promise<unknown> = (reader) => reader.next(),
): Promise<Ends> {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  const first = waiting(ask(reader));
  return { channel, reader, writer: await channel.server(), first };
}

function* counting(to: number): Generator<number> {
  for (let i = 1; i <= to; i++) yield i;
}

describe("a put", () => {
  test("settles when its item has been taken, where a send waits until more is wanted", async () => {
    const { reader, writer, first } = await open();
    const put = waiting(writer.put(1));
    expect(await outcomes(first, put)).toEqual([item(1), { gives: undefined }]);
    const more = waiting(reader.next());
    const send = waiting(writer.send(2));
    expect(await outcomes(more, send)).toEqual([item(2), "waits"]);
    void waiting(reader.next());
    expect(await outcome(send)).toEqual({ gives: undefined });
  });

  test("joins a read, and waits only for its own item", async () => {
    const { writer, first } = await open((reader) => reader.read(2));
    expect(await outcomes(writer.put(1), first)).toEqual([{ gives: undefined }, "waits"]);
    expect(await outcomes(writer.put(2), first)).toEqual([{ gives: undefined }, { gives: [1, 2] }]);
  });

  test("that is lent settles when it is pulled", async () => {
    const { writer, first } = await open((reader) => reader.receive());
    const put = waiting(writer.put(1));
    const lent = (await first) as IterableIterator<number>;
    expect(await outcome(put)).toBe("waits");
    expect([...lent]).toEqual([1]);
    expect(await outcome(put)).toEqual({ gives: undefined });
  });

  test("keeps the lanes of one routine at work at the same time", async () => {
    const lanes = [1, 2, 3].map(() => new StreamChannel<number>());
    let busy = 0;
    let most = 0;
    const work = lanes.map(async (lane) => {
      for await (const _ of lane.client()) {
        most = Math.max(most, ++busy);
        for (let i = 0; i < 10; i++) await null;
        busy--;
      }
    });
    const writers = await Promise.all(lanes.map((lane) => lane.server()));
    for (let i = 0; i < 9; i++) await writers[i % 3]!.put(i);
    for (const writer of writers) await writer.return();
    await Promise.all(work);
    expect(most).toBe(3);
  });
});

describe("what is lent", () => {
  test("is there for the next call until it is pulled", async () => {
    const { reader, writer, first } = await open((reader) => reader.receive());
    void waiting(writer.write(counting(3)));
    const lent = (await first) as IterableIterator<number>;
    expect(await reader.next()).toEqual({ value: 1, done: false });
    expect([...lent]).toEqual([2, 3]);
  });

  test("comes from one call of the writer", async () => {
    const { reader, writer, first } = await open((reader) => reader.receive());
    void waiting(writer.write([1, 2]));
    void waiting(writer.write(counting(1)));
    void waiting(writer.send(9));
    expect([...((await first) as Iterable<number>)]).toEqual([1, 2]);
    expect([...(await reader.receive())]).toEqual([1]);
    expect([...(await reader.receive())]).toEqual([9]);
  });

  test("keeps the rest when it is left, for good", async () => {
    const { reader, writer, first } = await open((reader) => reader.receive());
    void waiting(writer.write(counting(3)));
    const lent = (await first) as IterableIterator<number>;
    for (const _ of lent) break;
    expect(lent.next()).toEqual({ value: undefined, done: true });
    expect(await reader.read(2)).toEqual([2, 3]);
  });

  test("is one item where other calls wait already", async () => {
    const { reader, writer, first } = await open((reader) => reader.receive());
    const next = waiting(reader.next());
    void waiting(writer.write([1, 2, 3]));
    expect(await outcome(next)).toEqual(item(2));
    expect([...((await first) as Iterable<number>)]).toEqual([1]);
    expect(await reader.next()).toEqual({ value: 3, done: false });
  });

  test("is one item where an async source is written, which is not asked for more by a pull", async () => {
    const { reader, writer, first } = await open((reader) => reader.receive());
    let asked = 0;
    async function* source(): AsyncGenerator<number> {
      for (; ; asked++) yield asked;
    }
    void waiting(writer.write(source()));
    expect([...((await first) as Iterable<number>)]).toEqual([0]);
    expect(asked).toBe(0);
    expect(await reader.next()).toEqual({ value: 1, done: false });
  });

  test("ends where its writer's call ends", async () => {
    for (const items of [[1, 2, 3], counting(3)]) {
      const { channel, reader, writer, first } = await open((reader) => reader.receive());
      const controller = new AbortController();
      const writing = waiting(writer.write(items, { signal: controller.signal }));
      const lent = (await first) as IterableIterator<number>;
      expect(lent.next().value).toBe(1);
      controller.abort(failure);
      expect(await outcome(writing)).toEqual({ rejects: failure });
      expect(lent.next()).toEqual({ value: undefined, done: true });
      await reader.return();
      expect(channel.closed).toBe(true);
    }
  });
});

describe("the writer's return() and throw()", () => {
  test("are heard behind all that was called before, settle at once, and refuse what comes later", async () => {
    const { channel, reader, writer, first } = await open((reader) => reader.read());
    async function* late(): AsyncGenerator<number> {
      for (let i = 0; i < 5; i++) await null;
      yield 1;
    }
    const calls = [writer.write(late()), writer.send(2), writer.write([3, 4])].map(waiting);
    expect(await outcome(writer.return())).toEqual({ gives: undefined });
    expect(channel.closed).toBe(true);
    expect(await outcome(writer.send(5))).toEqual(closed);
    expect(await outcome(first)).toEqual({ gives: [1, 2, 3, 4] });
    expect(await outcomes(...calls)).toEqual(calls.map(() => ({ gives: undefined })));
    expect(await outcome(reader.next())).toEqual(done());
  });

  test("give the batch in progress, and then the error", async () => {
    const { reader, writer, first } = await open((reader) => reader.read(3));
    await writer.send(1);
    expect(await outcome(writer.throw(failure))).toEqual({ gives: undefined });
    expect(await outcome(first)).toEqual({ gives: [1] });
    expect(await outcomes(reader.read(3), reader.read(3))).toEqual([
      { rejects: failure },
      { gives: [] },
    ]);
  });
});

describe("the reader's throw()", () => {
  test("is told to the writer's first call that waits, and then takes an item", async () => {
    const { reader, writer, first } = await open();
    const sends = [writer.send(1), writer.send(2)].map(waiting);
    await first;
    const thrown = waiting(reader.throw(failure));
    expect(await outcomes(sends[0]!, thrown)).toEqual([{ rejects: failure }, item(2)]);
  });

  test("is told to the writer's next call where none waits", async () => {
    const { reader, writer, first } = await open();
    await writer.put(1);
    await first;
    const thrown = waiting(reader.throw(failure));
    expect(await outcome(thrown)).toBe("waits");
    expect(await outcome(writer.write([2]))).toEqual({ rejects: failure });
    void waiting(writer.write([3]));
    expect(await outcome(thrown)).toEqual(item(3));
  });

  test("is its caller's own where the writer has closed", async () => {
    for (const end of ["return", "throw"] as const) {
      const { reader, writer, first } = await open();
      await writer.put(1);
      await first;
      const error = new Error("the writer's");
      await (end === "return" ? writer.return() : writer.throw(error));
      expect(await outcome(reader.throw(failure))).toEqual({ rejects: failure });
      expect(await outcome(reader.next())).toEqual(end === "return" ? done() : { rejects: error });
    }
  });

  test("takes nothing of what a cancelled read has put back", async () => {
    const channel = new StreamChannel<number>();
    const reader = channel.client();
    const controller = new AbortController();
    void waiting(reader.read(3, { signal: controller.signal }));
    const writer = await channel.server();
    await writer.send(1);
    controller.abort(failure);
    await writer.return();
    expect(await outcome(reader.throw(failure))).toEqual({ rejects: failure });
    expect(await reader.read()).toEqual([1]);
  });
});

describe("read(0)", () => {
  test("waits for nobody, opens nothing, and is no demand", async () => {
    const channel = new StreamChannel<number>();
    const reader = channel.client();
    const opening = waiting(channel.server());
    expect(await outcome(reader.read(0))).toEqual({ gives: [] });
    expect(await outcome(opening)).toBe("waits");
    void waiting(reader.next());
    expect(await outcome(reader.read(0))).toEqual({ gives: [] });
    const send = waiting((await opening).send(1));
    expect(await outcome(reader.read(0))).toEqual({ gives: [] });
    expect(await outcome(send)).toBe("waits");
  });
});

describe("the stream's own signal", () => {
  test("lets a read give what it has, and tells the next call", async () => {
    const controller = new AbortController();
    const channel = new StreamChannel<number>({ signal: controller.signal });
    const reader = channel.client();
    const reading = waiting(reader.read(3));
    const writer = await channel.server();
    await writer.send(1);
    controller.abort(failure);
    expect(await outcome(reading)).toEqual({ gives: [1] });
    expect(await outcomes(reader.next(), reader.next())).toEqual([{ rejects: failure }, done()]);
    expect(await outcomes(writer.send(2), writer.send(3))).toEqual([{ rejects: failure }, closed]);
  });

  test("tells the reader, though the writer had returned behind items that wait", async () => {
    for (const waits of [true, false]) {
      const controller = new AbortController();
      const channel = new StreamChannel<number>({ signal: controller.signal });
      const reader = channel.client();
      const first = reader.next();
      const writer = await channel.server();
      await writer.put(1);
      await first;
      if (waits) void waiting(writer.write([2]));
      await writer.return();
      controller.abort(failure);
      expect(await outcome(reader.next())).toEqual(waits ? { rejects: failure } : done());
    }
  });
});

describe("a reader that leaves a body", () => {
  test("waits for it, and takes what it sends while it cleans up", async () => {
    const channel = new StreamChannel<number>();
    const serving = channel.serve(async (writer) => {
      try {
        await writer.send(1);
      } finally {
        await writer.send(2);
      }
    });
    const reader = channel.client();
    await reader.next();
    expect(await outcome(reader.return())).toEqual(item(2));
    expect(await outcome(reader.next())).toEqual(done());
    expect(await outcome(serving)).toEqual({ gives: undefined });
  });

  test("is told to all of the body's calls, with whether they were delivered", async () => {
    const channel = new StreamChannel<number>();
    const told: boolean[] = [];
    const note = (error: unknown): void => {
      if (error instanceof ChannelClosed) told.push(error.undelivered);
    };
    void channel.serve(async (writer) => {
      const calls = [writer.send(1), writer.put(2), writer.write([3])];
      await Promise.all(calls.map((call) => call.catch(note)));
    });
    const reader = channel.client();
    await reader.next();
    await reader.return();
    expect(told).toEqual([false, true, true]);
  });
});

test("a body that is no function is refused at once", async () => {
  const serving = new StreamChannel<number>().serve(5 as unknown as () => void);
  expect(await outcome(serving)).toEqual({ rejects: expect.any(TypeError) });
});

test("return(promise) awaits it, and then leaves", async () => {
  const { reader, writer } = await open();
  const left = waiting(reader.return(Promise.reject(failure)));
  expect(await outcome(left)).toEqual({ rejects: failure });
  expect(await outcome(writer.send(1))).toEqual(closed);
});
