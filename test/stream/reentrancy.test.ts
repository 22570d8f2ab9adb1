/** A lent source runs inside the reader's calls: whatever it does to the stream, nothing is lost or doubled. */
import { StreamChannel, type Reader } from "coroutine-channels";
import { expect, test } from "vitest";

import { outcome, outcomes, waiting } from "../support/outcome.ts";

const reason = Symbol("reason");

/** A stream that is written from a source that does something before it gives that item. */
function meddling(
  at: number,
  act: (reader: Reader<number>) => void,
): { reader: Reader<number>; writing: Promise<void> } {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  function* source(): Generator<number> {
    for (let i = 1; i <= 6; i++) {
      if (i === at) act(reader);
      yield i;
    }
  }
  return { reader, writing: waiting(channel.serve((writer) => writer.write(source()))) };
}

const pulls: [string, (reader: Reader<number>) => Promise<number[]>][] = [
  ["read(3)", (reader) => reader.read(3)],
  [
    "three next()",
    async (reader) => {
      const items: number[] = [];
      for (let i = 0; i < 3; i++) items.push((await reader.next()).value as number);
      return items;
    },
  ],
  [
    "a lent iterator",
    async (reader) => {
      const items: number[] = [];
      for (const one of await reader.receive()) if (items.push(one) === 3) break;
      return items;
    },
  ],
];

test.each(pulls.flatMap(([name, pull]) => [1, 2, 3].map((at) => [name, at, pull] as const)))(
  "a source pulled by %s that reads on at item %i is not advanced inside itself",
  async (_, at, pull) => {
    const inner: Promise<number[]>[] = [];
    const { reader } = meddling(at, (r) => {
      const next = r.next().then(({ value }) => [value as number]);
      inner.push(waiting(next), waiting(r.read(1)));
    });
    const items = [await pull(reader), ...(await Promise.all(inner)), await reader.read()].flat();
    expect(items.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  },
);

test.each([1, 2, 3])("a source that leaves the stream at item %i ends it", async (at) => {
  const { reader, writing } = meddling(at, (r) => void r.return());
  const reading = waiting(reader.read());
  expect(await outcome(reading)).toHaveProperty("gives");
  expect(await outcome(writing)).not.toBe("waits");
  expect(await reader.next()).toEqual({ value: undefined, done: true });
});

test.each([1, 2, 3])("a source that cancels the very call at item %i loses nothing", async (at) => {
  const controller = new AbortController();
  const { reader } = meddling(at, () => controller.abort(reason));
  expect(await outcome(reader.read(4, { signal: controller.signal }))).toEqual({ rejects: reason });
  expect(await reader.read()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a source that cancels a call behind loses nothing", async () => {
  const controller = new AbortController();
  const { reader } = meddling(2, () => controller.abort(reason));
  const calls = [reader.read(3), reader.read(1, { signal: controller.signal }), reader.read()];
  for (const call of calls) void waiting(call);
  expect(await outcomes(...calls)).toEqual([
    { gives: [1, 2, 3] },
    { rejects: reason },
    { gives: [4, 5, 6] },
  ]);
});

test("a source that sends while it is lent does so behind itself", async () => {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  const writing = channel.serve(async (writer) => {
    const sends: Promise<void>[] = [];
    function* source(): Generator<number> {
      yield 1;
      sends.push(writer.send(3));
      yield 2;
    }
    await writer.write(source());
    await Promise.all(sends);
  });
  expect(await reader.read()).toEqual([1, 2, 3]);
  await writing;
});

test("a source whose return leaves the stream is closed once", async () => {
  const channel = new StreamChannel<number>();
  const reader = channel.client();
  let returned = 0;
  const source: IterableIterator<number> = {
    [Symbol.iterator]: () => source,
    next: () => ({ value: 1, done: false }),
    return: () => {
      returned++;
      void reader.return();
      return { value: undefined, done: true };
    },
  };
  const writing = waiting(channel.serve((writer) => writer.write(source)));
  await reader.next();
  await reader.return();
  expect(await outcome(writing)).toEqual({ gives: undefined });
  expect(returned).toBe(1);
});
