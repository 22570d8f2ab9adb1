/** To leave an adapter, whatever it is doing: nobody waits for what is quiet, and no error is told to nobody. */
import { Channel, ChannelClosed, type Client, produce, StreamChannel } from "coroutine-channels";
import {
  fromReadableStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

import { deferred } from "../support/deferred.ts";
import { dispose } from "../support/dispose.ts";
import { waiting } from "../support/outcome.ts";
import { settled, state } from "../support/settled.ts";

const caught = (error: unknown): unknown => error;
const done = { value: undefined, done: true };

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

describe("a quiet source", () => {
  test("is left at once, and whoever reads is told", async () => {
    const left: unknown[] = [];
    const stream = toReadableStream({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async (reason?: unknown) => {
          left.push(reason);
          return { value: undefined, done: true as const };
        },
      }),
    });
    const reader = stream.getReader();
    const read = reader.read();
    await reader.cancel("enough");
    expect(await read).toEqual(done);
    expect(left).toEqual(["enough"]);
  });

  test("that cannot even be closed holds nobody: a generator that waits for ever", async () => {
    const reader = toReadableStream(
      (async function* () {
        await new Promise(() => {});
        yield 1;
      })(),
    ).getReader();
    void reader.read();
    await settled();
    await reader.cancel("enough");
  });

  test("that is a stage is left in the same way", async () => {
    const { readable, writable } = toTransformStream(async function* (
      _items: AsyncIterable<number>,
    ) {
      await new Promise(() => {});
      yield 1;
    });
    const reader = readable.getReader();
    void reader.read();
    const writer = writable.getWriter();
    await settled();
    await reader.cancel("enough");
    const closed = (await writer.closed.catch(caught)) as ChannelClosed;
    expect(closed).toBeInstanceOf(ChannelClosed);
    expect(closed.value).toBe("enough");
  });
});

describe("an error on its way, k microtasks before the reader leaves, is told once", () => {
  const gaps = Array.from({ length: 8 }, (_, k) => k);

  test.each(gaps)("toReadableStream, k = %i", async (gap) => {
    const answer = deferred<never>();
    const next = () => answer.promise;
    const reader = toReadableStream({ [Symbol.asyncIterator]: () => ({ next }) }).getReader();
    const read = reader.read().then(() => undefined, caught);
    await settled();
    const failure = new Error("source");
    answer.reject(failure);
    await microtasks(gap);
    const cancelled = await reader.cancel().then(() => undefined, caught);
    expect([await read, cancelled]).toContain(failure);
  });

  test.each(gaps)("fromReadableStream, k = %i", async (gap) => {
    let controller!: ReadableStreamDefaultController<number>;
    const client = fromReadableStream(
      new ReadableStream<number>({ start: (given) => void (controller = given) }),
    );
    const received = client.next().then(() => undefined, caught);
    await settled();
    const failure = new Error("stream");
    controller.error(failure);
    await microtasks(gap);
    const left = await client.return().then(() => undefined, caught);
    expect([await received, left].filter((error) => error === failure)).toHaveLength(1);
  });

  test("and so is one of closing, with it", async () => {
    const answer = deferred<never>();
    const failures = [new Error("next"), new Error("return")];
    const reader = toReadableStream({
      [Symbol.asyncIterator]: () => ({
        next: () => answer.promise,
        return: async () => {
          throw failures[1];
        },
      }),
    }).getReader();
    void reader.read();
    await settled();
    answer.reject(failures[0]);
    const error = (await reader.cancel().catch(caught)) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual(failures);
    expect(error.message).toBe("The source failed, and so did closing it");
  });
});

describe("a source that is left while it owes an answer", () => {
  /** Its answers come when the test says so. */
  function byHand() {
    const next = deferred<never>();
    const closing = deferred<never>();
    const reader = toReadableStream({
      [Symbol.asyncIterator]: () => ({ next: () => next.promise, return: () => closing.promise }),
    }).getReader();
    void reader.read();
    return { next, closing, reader };
  }

  test("has a turn of the event loop to tell what fails", async () => {
    const { closing, reader } = byHand();
    await settled();
    const left = reader.cancel().catch(caught);
    await microtasks(50);
    const failure = new Error("closing");
    closing.reject(failure);
    expect(await left).toBe(failure);
  });

  test("is heard out once it has failed", async () => {
    const { next, closing, reader } = byHand();
    await settled();
    const left = reader.cancel().catch(caught);
    next.reject(new Error("next"));
    for (let turns = 0; turns < 3; turns++) await settled();
    expect(await state(left)).toBe("pending");
    closing.reject(new Error("closing"));
    expect(await left).toBeInstanceOf(AggregateError);
  });
});

describe("fromReadableStream", () => {
  test("left before its first request, tells of a stream that fails to be cancelled", async () => {
    const failure = new Error("cancel");
    for (const stream of [
      new ReadableStream({ start: (controller) => controller.error(failure) }),
      new ReadableStream({
        cancel() {
          throw failure;
        },
      }),
    ]) {
      expect(await fromReadableStream(stream).return().catch(caught)).toBe(failure);
    }
  });

  test("left in the turn of a request, cancels a quiet stream", async () => {
    let cancelled = false;
    let pulled = 0;
    const stream = new ReadableStream<number>(
      {
        pull: (controller) => (pulled++ === 0 ? controller.enqueue(1) : new Promise(() => {})),
        cancel: () => void (cancelled = true),
      },
      { highWaterMark: 0 },
    );
    const client = fromReadableStream(stream);
    await client.next();
    const request = client.next();
    await client.return();
    expect(await request).toEqual(done);
    expect(cancelled).toBe(true);
  });

  test("throw() leaves at once, too, and rejects with its error", async () => {
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<number>({ cancel: (reason) => void cancelled.push(reason) });
    const client = fromReadableStream(stream);
    const request = client.next();
    await settled();
    const failure = new Error("enough");
    expect(await client.throw(failure).catch(caught)).toBe(failure);
    expect(await request).toEqual(done);
    expect(cancelled).toEqual([failure]);
    expect(stream.locked).toBe(false);
    expect(await client.throw("again").catch(caught)).toBe("again");
  });

  test("awaits a promise that it is left with, and then leaves with what that gives", async () => {
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<number>({ cancel: (reason) => void cancelled.push(reason) });
    const value = deferred<void>();
    const left = fromReadableStream(stream).return(value.promise);
    await settled();
    expect(cancelled).toEqual([]);
    value.resolve("enough" as never);
    expect(await left).toEqual({ value: "enough", done: true });
    expect(cancelled).toEqual(["enough"]);
  });

  test("left with a promise that rejects, rejects with its error, and cancels", async () => {
    let cancelled = 0;
    const stream = new ReadableStream<number>({ cancel: () => void cancelled++ });
    const failure = new Error("value");
    const client = fromReadableStream(stream);
    expect(await client.return(Promise.reject(failure)).catch(caught)).toBe(failure);
    expect(cancelled).toBe(1);
    expect(stream.locked).toBe(false);
  });

  test("left twice, settles both when it has been cancelled", async () => {
    const cancelled = deferred<void>();
    const client = fromReadableStream(new ReadableStream({ cancel: () => cancelled.promise }));
    const failure = new Error("value");
    const left = [client.return(), client.return(Promise.reject(failure)).catch(caught)];
    await settled();
    for (const each of left) expect(await state(each)).toBe("pending");
    cancelled.resolve();
    expect(await Promise.all(left)).toEqual([done, failure]);
  });

  test("left twice, cancels once, and tells an error once", async () => {
    const failure = new Error("cancel");
    let cancelled = 0;
    const stream = new ReadableStream<number>({
      cancel() {
        cancelled++;
        throw failure;
      },
    });
    const client = fromReadableStream(stream);
    const both = [client.return(), client.return()];
    expect(await both[0]!.catch(caught)).toBe(failure);
    expect(await both[1]).toEqual(done);
    expect(cancelled).toBe(1);
  });

  test("is left at the end of an `await using` block", async () => {
    let cancelled = 0;
    const stream = new ReadableStream<number>({ cancel: () => void cancelled++ });
    await dispose(fromReadableStream(stream));
    expect(cancelled).toBe(1);
  });
});

describe("toTransformStream", () => {
  test("aborted after a receive() that was given up, is an error for nobody where the stage then ends", async () => {
    const gate = deferred<void>();
    const { readable, writable } = toTransformStream(async function* (items: Client<number>) {
      const controller = new AbortController();
      const received = items.receive({ signal: controller.signal }).catch(() => {});
      await settled(); // it has been heard
      controller.abort();
      await received;
      await gate.promise;
      yield* [];
    });
    const read = readable.getReader().read();
    for (let turns = 0; turns < 3; turns++) await settled();
    await writable.abort(new Error("abort"));
    gate.resolve();
    expect(await read).toEqual(done);
    await settled();
  });

  test("aborted before anybody reads, then cancelled, is an error for nobody", async () => {
    const { readable, writable } = toTransformStream((items) => items);
    await writable.abort("x");
    await readable.cancel("y");
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error("source")),
    });
    const out = broken.pipeThrough(toTransformStream((items) => items));
    await settled();
    await out.cancel("late");
    await settled();
  });

  test("tells the error of a stage that fails while it waits for an item", async () => {
    const failure = new Error("stage");
    const { readable, writable } = toTransformStream<number, number>(async function* (items) {
      void waiting(items.next());
      throw failure;
    });
    const writer = writable.getWriter();
    expect(await readable.getReader().read().catch(caught)).toBe(failure);
    expect(await writer.closed.catch(caught)).toBe(failure);
    expect(await writer.write(1).catch(caught)).toBe(failure);
  });

  test("tells the error of a stage to the write that waits, the very one", async () => {
    const failure = new Error("stage");
    const { readable, writable } = toTransformStream<number, number>(async function* (items) {
      yield await items.receive();
      throw failure;
    });
    const reader = readable.getReader();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const written = writer.write(1).catch(caught);
    expect(await reader.read()).toEqual({ value: 1, done: false });
    expect(await reader.read().catch(caught)).toBe(failure);
    expect(await written).toBe(failure);
  });

  test("of a stage that gives up a receive() with a signal tells its error", async () => {
    const failure = new Error("timeout");
    const { readable } = toTransformStream<number, number>(async function* (items) {
      yield 1;
      const controller = new AbortController();
      void settled().then(() => controller.abort(failure));
      await items.receive({ signal: controller.signal });
    });
    const reader = readable.getReader();
    await reader.read();
    expect(await reader.read().catch(caught)).toBe(failure);
  });

  test("tells an error that a stage is unwound with to whoever cancels", async () => {
    const failure = new Error("cleanup");
    const { readable } = toTransformStream<number, number>(async function* (items) {
      for await (const item of items) yield item;
      throw failure;
    });
    const reader = readable.getReader();
    void reader.read();
    await settled();
    expect(await reader.cancel("enough").catch(caught)).toBe(failure);
  });
});

describe("an abort never looks like a good end", () => {
  const reason = new Error("timeout of the whole job");

  const kinds: [string, (signal: AbortSignal) => AsyncIterable<number>][] = [
    [
      "a channel",
      (signal) =>
        produce<number>(
          async (server) => {
            for (let i = 0; ; i++) await server.send(i);
          },
          { signal },
        ),
    ],
    [
      "a stream",
      (signal) => {
        const channel = new StreamChannel<number>({ signal });
        void channel.serve((writer) => writer.write([0, 1, 2, 3]));
        return channel.client();
      },
    ],
  ];

  test.each(kinds)(
    "nodejs/node#63357: toReadableStream of %s, between two reads",
    async (_, make) => {
      const controller = new AbortController();
      const reader = toReadableStream(make(controller.signal)).getReader();
      await reader.read();
      controller.abort(reason);
      const read = async (): Promise<string> => {
        // A stream may have items on their way, which are given first.
        for (;;) if ((await reader.read()).done) return "a good end";
      };
      expect(await read().catch(caught)).toBe(reason);
    },
  );

  test.each(["between two writes", "while a write waits"])("toWritableStream, %s", async (when) => {
    const controller = new AbortController();
    const channel = new Channel<number>({ signal: controller.signal });
    let written: Promise<unknown> | undefined;
    let closed: Promise<unknown> | undefined;
    const serving = channel.serve(async (server) => {
      const writer = toWritableStream(server).getWriter();
      closed = waiting(writer.closed);
      written = waiting(writer.write(1));
      await writer.closed;
    });
    const client = channel.client();
    await client.next();
    if (when === "between two writes") void waiting(client.next());
    await settled();
    controller.abort(reason);
    // Its client is told, and `serving`, which is not awaited, is no unhandled rejection.
    await settled();
    expect(await closed!.catch(caught)).toBe(reason);
    if (when === "while a write waits") expect(await written!.catch(caught)).toBe(reason);
    expect(await state(serving)).toEqual({ error: reason });
  });

  test("toTransformStream of a channel, though no chunk is written to hear of it", async () => {
    const controller = new AbortController();
    const channel = new Channel<number, number>({ signal: controller.signal });
    void channel.serve(async (server) => {
      for (let item = await server.receive(); ;) item = await server.send(item);
    });
    const { readable, writable } = toTransformStream(channel);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    void waiting(writer.write(1));
    await reader.read();
    controller.abort(reason);
    expect(await reader.read().catch(caught)).toBe(reason);
    expect(await writer.write(2).catch(caught)).toBe(reason);
  });
});

test("a client that leaves in the turn in which a write is done errors the stream", async () => {
  const channel = new Channel<number>();
  const client = channel.client();
  const first = client.next();
  const stream = toWritableStream(await channel.server());
  const writer = stream.getWriter();
  const closed = waiting(writer.closed);
  const written = writer.write(1);
  await first;
  void client.next(); // the write is done
  void client.return();
  await written;
  expect(await closed.catch(caught)).toBeInstanceOf(ChannelClosed);
});

test("a client that leaves a body tells it once, and nothing more is sent to it", async () => {
  const channel = new Channel<number | undefined>();
  const client = channel.client();
  const served = channel.serve(async (server) => {
    const writer = toWritableStream(server).getWriter();
    await writer.write(1);
    await writer.closed;
  });
  await client.next();
  void client.next();
  await settled();
  const left = client.return();
  expect(await left).toEqual(done);
  expect(await served).toBe(undefined);
});
