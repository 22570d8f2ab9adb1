/** `produce`: the options of its channel, and bodies that are generator functions by mistake. */
import { Channel, ChannelOverflow, produce } from "coroutine-channels";
import { expect, test } from "vitest";

import { done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

const reason = Symbol("reason");

test.each([
  [{ limit: Infinity }, 5000],
  [{ limit: 10 }, 10],
  [undefined, 1024],
])("graphql-hive/graphql-yoga#3692: with %o, so many pushes may wait", async (options, most) => {
  let overflows = 0;
  const pushing = produce<number>((server) => {
    for (let i = 0; i < 5000; i++) {
      server.send(i).catch((error: unknown) => {
        if (error instanceof ChannelOverflow) overflows++;
      });
    }
  }, options);
  let count = 0;
  for await (const _ of pushing) count++;
  expect([count, overflows]).toEqual([most, 5000 - most]);
});

test("its name is told to whoever calls too often, and to whoever comes too late", async () => {
  const client = produce<number>(() => new Promise(() => {}), { name: "prices", limit: 1 });
  void waiting(client.next());
  await expect(client.next()).rejects.toThrow('"prices"');
  void waiting(client.return());
  const other = produce<number>(() => {}, { name: "prices" });
  await other.next();
  await expect(other.receive()).rejects.toThrow('"prices"');
});

test("its signal ends it, and tells the reason", async () => {
  const controller = new AbortController();
  const client = produce<number>((server) => server.send(1), { signal: controller.signal });
  expect(await outcome(client.next())).toEqual(item(1));
  controller.abort(reason);
  expect(await outcomes(client.next(), client.next())).toEqual([{ rejects: reason }, done()]);
});

const iterators: [string, () => unknown][] = [
  ["a generator function's", () => (async function* () {})()],
  ["another channel's client end", () => new Channel().client()],
  ["an iterator of its own making", () => ({ [Symbol.asyncIterator]() {} })],
];

test.each(iterators)("a body that returns an async iterator is refused: %s", async (_, make) => {
  const body = (): never => make() as never;
  const client = produce<number>(body);
  const refused = { rejects: expect.any(TypeError) as unknown };
  expect(await outcomes(client.next(), client.next())).toEqual([refused, done()]);
  const channel = new Channel<number>();
  const serving = waiting(channel.serve(body));
  expect(await outcomes(channel.client().next(), serving)).toEqual([refused, refused]);
});

test("whatever else it returns is its result", async () => {
  for (const result of [[1, 2].values(), [1], new Map(), null, "text"]) {
    const { value, done: over } = await produce<number, void, unknown>(() => result).next();
    expect([Object.is(value, result), over]).toEqual([true, true]);
  }
});
