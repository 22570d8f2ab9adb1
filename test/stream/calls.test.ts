/** A stream's single calls: joining, counts, cancelling, leaving at every step, and the ends of either side. */
import {
  ChannelClosed,
  ChannelOverflow,
  StreamChannel,
  type Reader,
  type Writer,
} from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { done, item, outcome, outcomes, waiting } from "../support/outcome.ts";

const reason = Symbol("reason");
const cancelled = { rejects: reason };
const isClosed = { closed: expect.anything() as unknown };

/** A stream whose reader's first call waits: `read(count)`, or else `next()`. */
async function open(
  count?: number,
): Promise<{ reader: Reader<number>; writer: Writer<number>; first: Promise<unknown> }> {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  const first = waiting<Promise<unknown>>(count === undefined ? reader.next() : reader.read(count));
  return { reader, writer: await channel.server(), first };
}

describe("a send joins the batch that the reader waits for", () => {
  test("nodejs/node#34207, tc39/proposal-async-iteration#112, iter-tools/iter-tools#22: and waits only when that is full", async () => {
    const { reader, writer, first } = await open(1000);
    for (let i = 1; i < 1000; i++) await writer.send(i);
    expect(await outcome(first)).toBe("waits");
    const last = waiting(writer.send(1000));
    const items = await first;
    expect(items).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    expect(await outcome(last)).toBe("waits");
    void waiting(reader.next());
    expect(await outcome(last)).toEqual({ gives: undefined });
  });

  test("and read() takes all that comes, however much", async () => {
    const { writer, first } = await open(Infinity);
    for (let i = 1; i <= 50; i++) await writer.send(i);
    await writer.return();
    expect(await first).toHaveLength(50);
  });

  test("iter-tools/iter-tools#176: which is handed over first when the writer closes", async () => {
    const { reader, writer, first } = await open(5);
    await writer.send(1);
    await writer.send(2);
    await writer.return();
    expect(await outcome(first)).toEqual({ gives: [1, 2] });
    expect(await outcome(reader.next())).toEqual(done());
  });

  test("which is handed over first when the writer throws, and the error after it", async () => {
    const { reader, writer, first } = await open(5);
    await writer.send(1);
    await writer.throw(reason);
    expect(await outcome(first)).toEqual({ gives: [1] });
    expect(await outcome(reader.read(5))).toEqual(cancelled);
    expect(await outcome(reader.read(5))).toEqual({ gives: [] });
  });

  test("in front of what is lent", async () => {
    const { writer, first } = await open(5);
    await writer.send(1);
    await writer.send(2);
    const writing = waiting(writer.write([3, 4, 5]));
    expect(await outcome(first)).toEqual({ gives: [1, 2, 3, 4, 5] });
    expect(await outcome(writing)).toBe("waits");
  });

  test("mcollina/hwp#80: and is there for later calls when the reader's was cancelled", async () => {
    const channel = new StreamChannel<number>();
    const controller = new AbortController();
    const reader = channel.client();
    const reading = waiting(reader.read(5, { signal: controller.signal }));
    const writer = await channel.server();
    await writer.send(1);
    await writer.send(2);
    controller.abort(reason);
    expect(await outcome(reading)).toEqual(cancelled);
    expect(await reader.next()).toEqual({ value: 1, done: false });
    const rest = waiting(reader.read(2));
    void waiting(writer.send(3));
    expect(await outcome(rest)).toEqual({ gives: [2, 3] });
  });
});

describe("a count", () => {
  test.each([-1, 0.5, NaN, -Infinity, "3", null, 2n])("of %s is a RangeError", async (count) => {
    const reader = new StreamChannel<number>().client();
    expect(await outcome(reader.read(count as number))).toEqual({
      rejects: expect.any(RangeError),
    });
    expect(() => reader.batches(count as number)).toThrow(RangeError);
  });

  test("of 0 is nothing at once for read, and a RangeError for batches", async () => {
    const reader = new StreamChannel<number>().client();
    expect(await outcome(reader.read(0))).toEqual({ gives: [] });
    expect(() => reader.batches(0)).toThrow(RangeError);
  });

  test("of Infinity is all", async () => {
    const { writer, first } = await open(Infinity);
    void waiting(writer.write([1, 2, 3]).then(() => writer.return()));
    expect(await first).toEqual([1, 2, 3]);
  });

  test("that is wrong touches nothing", async () => {
    const { reader, writer, first } = await open();
    void waiting(writer.write([1, 2]));
    await first;
    await outcome(reader.read(-1));
    expect(await reader.read(1)).toEqual([2]);
  });
});

describe("a cancelled call", () => {
  test.each(["read", "receive"] as const)(
    "nodejs/node#63296: loses nothing when it is a %s, at whatever moment",
    async (verb) => {
      for (let moment = 0; moment < 16; moment++) {
        const channel = new StreamChannel<number>();
        const writing = channel.serve(async (writer) => {
          await writer.send(1);
          await writer.write([2, 3]);
          await null;
          await writer.send(4);
          await writer.write(
            (async function* () {
              yield 5;
              yield 6;
            })(),
          );
        });
        const controller = new AbortController();
        const { signal } = controller;
        const reader = channel.client();
        const items: number[] = [];
        const call = waiting(
          verb === "read"
            ? reader.read(5, { signal })
            : reader.receive({ signal }).then((lent) => [...lent]),
        );
        for (let i = 0; i < moment; i++) await null;
        controller.abort(reason);
        await call.then(
          (some) => items.push(...some),
          (error: unknown) => expect(error).toBe(reason),
        );
        items.push(...(await reader.read()));
        expect(items).toEqual([1, 2, 3, 4, 5, 6]);
        await writing;
      }
    },
  );

  test("lets those behind it go on, in order", async () => {
    const channel = new StreamChannel<number>();
    const controller = new AbortController();
    const reader = channel.client();
    const calls = [
      reader.read(2, { signal: controller.signal }),
      reader.next(),
      reader.read(2, { signal: controller.signal }),
      reader.read(2),
    ].map((call) => waiting<Promise<unknown>>(call));
    controller.abort(reason);
    void waiting(channel.serve((writer) => writer.write([1, 2, 3])));
    expect(await outcomes(...calls)).toEqual([cancelled, item(1), cancelled, { gives: [2, 3] }]);
  });

  test("of a writer takes a send back that has not been handed over", async () => {
    const { reader, writer, first } = await open();
    const controller = new AbortController();
    const sends = [writer.send(1), writer.send(2, { signal: controller.signal }), writer.send(3)];
    for (const send of sends) void waiting(send);
    controller.abort(reason);
    expect(await outcome(sends[1]!)).toEqual(cancelled);
    expect(await outcome(first)).toEqual(item(1));
    expect(await outcome(reader.next())).toEqual(item(3));
  });

  test("nodejs/node#63302: that has been aborted already touches nothing", async () => {
    const { reader, writer, first } = await open(3);
    const options = { signal: AbortSignal.abort(reason) };
    expect(await outcome(writer.send(1, options))).toEqual(cancelled);
    expect(await outcome(writer.write([2], options))).toEqual(cancelled);
    expect(await outcome(reader.read(1, options))).toEqual(cancelled);
    expect(await outcome(reader.receive(options))).toEqual(cancelled);
    await writer.send(3);
    await writer.return();
    expect(await outcome(first)).toEqual({ gives: [3] });
  });
});

test("nodejs/node#63302: a signal that has aborted counts though the items are at hand", async () => {
  const { reader, writer, first } = await open();
  void waiting(writer.write([1, 2, 3]));
  await first;
  const options = { signal: AbortSignal.abort(reason) };
  expect(await outcome(reader.read(1, options))).toEqual(cancelled);
  expect(await outcome(reader.receive(options))).toEqual(cancelled);
  expect(await reader.read(2)).toEqual([2, 3]);
});

const departures = Array.from({ length: 8 }, (_, step) => step);

test.each(departures)(
  "a reader that leaves after %i items ends the writer, wherever that is",
  async (step) => {
    const log: string[] = [];
    const channel = new StreamChannel<number>();
    const writing = channel.serve(async (writer) => {
      try {
        await writer.send(1);
        await writer.write([2, 3]);
        await Promise.all([writer.send(4), writer.send(5)]);
        await writer.write(
          (async function* () {
            yield 6;
            yield 7;
          })(),
        );
      } finally {
        log.push("cleaned up");
      }
    });
    const items: number[] = [];
    if (step === 0) await channel.client().return();
    else for await (const one of channel.client()) if (items.push(one) === step) break;
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7].slice(0, step));
    expect(log).toEqual(step === 0 ? [] : ["cleaned up"]);
    expect(await outcome(writing)).toEqual({ gives: undefined });
    expect(channel.closed).toBe(true);
  },
);

test("a reader that leaves while calls wait settles them now", async () => {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  const calls: Promise<unknown>[] = [
    reader.next(),
    reader.read(2),
    reader.receive(),
    reader.read(),
  ];
  for (const call of calls) void waiting(call);
  const writer = await channel.server();
  await reader.return();
  expect(await outcomes(...calls)).toEqual([done(), { gives: [] }, isClosed, { gives: [] }]);
  expect(writer.signal.aborted).toBe(true);
  expect(await outcomes(writer.send(1), writer.write([1]))).toEqual([isClosed, isClosed]);
});

test("a reader that leaves while a read waits gets what had joined", async () => {
  const { reader, writer, first } = await open(5);
  await writer.send(1);
  await reader.return();
  expect(await outcome(first)).toEqual({ gives: [1] });
});

test("leaving a loop over batches leaves the stream", async () => {
  const channel = new StreamChannel<number>();
  const writing = channel.serve((writer) => writer.write([1, 2, 3, 4, 5]));
  for await (const batch of channel.client().batches(2)) {
    expect(batch).toEqual([1, 2]);
    break;
  }
  expect(channel.closed).toBe(true);
  expect(await outcome(writing)).toEqual({ gives: undefined });
});

test("leaving a lent iterator does not leave the stream", async () => {
  const { reader, writer, first } = await open();
  void waiting(writer.write([1, 2, 3]));
  await first;
  for (const _ of await reader.receive()) break;
  expect(reader.signal.aborted).toBe(false);
  expect(await reader.read(1)).toEqual([3]);
});

test("calls beyond the limit are refused, and the others go on", async () => {
  const channel = new StreamChannel<number>({ limit: 2 });
  const reader = channel.client();
  const calls = [reader.next(), reader.next(), reader.next()].map(waiting);
  expect(await outcome(calls[2]!)).toEqual({ rejects: expect.any(ChannelOverflow) });
  void waiting(channel.serve((writer) => writer.write([1, 2])));
  expect(await outcomes(...calls.slice(0, 2))).toEqual([item(1), item(2)]);
});

test("what cannot be iterated is a TypeError, and the stream goes on", async () => {
  const { writer, first } = await open();
  for (const what of [1, undefined, null, {}])
    await expect(writer.write(what as [])).rejects.toBeInstanceOf(TypeError);
  void waiting(writer.send(1));
  expect(await outcome(first)).toEqual(item(1));
});

test("a receive at the end rejects, and the loops end", async () => {
  const { reader, writer, first } = await open();
  await writer.return();
  expect(await outcome(first)).toEqual(done());
  await expect(reader.receive()).rejects.toBeInstanceOf(ChannelClosed);
  for await (const _ of reader.batches()) expect.unreachable();
  for await (const _ of reader.batches(3)) expect.unreachable();
});
