/** What the adapters take for a source, and what they say of what is none. */
import { Channel, StreamChannel } from "coroutine-channels";
import {
  fromReadableStream,
  toEventStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

const caught = (error: unknown): unknown => error;

/** All that a stream gives, or its error. */
async function all(stream: ReadableStream<unknown>): Promise<unknown> {
  const items: unknown[] = [];
  const reader = stream.getReader();
  for (;;) {
    const result = await reader.read();
    if (result.done) return items;
    items.push(result.value);
  }
}

const iterating = (iterator: unknown): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => iterator as AsyncIterator<never>,
});

describe("whatwg/streams#1083, oven-sh/bun#32533: sync iterables are sources", () => {
  test.each([
    ["an array", () => [1, 2]],
    ["a set", () => new Set([1, 2])],
    [
      "a generator",
      function* () {
        yield* [1, 2];
      },
    ],
  ])("%s", async (_, source) => {
    expect(await all(toReadableStream(source()))).toEqual([1, 2]);
    expect(await all(toTransformStream(source).readable)).toEqual([1, 2]);
  });

  test("promises in them pass unopened, even one that rejects", async () => {
    const failing = Promise.reject(new Error("not opened"));
    failing.catch(() => {});
    const items = [Promise.resolve(1), failing];
    expect(await all(toReadableStream(items.map((item) => ({ item }))))).toEqual(
      items.map((item) => ({ item })),
    );
    const reader = toReadableStream(items).getReader();
    for (const item of items) expect((await reader.read()).value).toBe(item);
  });

  test("they are left once, with the reason", async () => {
    const left: unknown[] = [];
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ value: 1, done: false }),
        return(reason?: unknown) {
          left.push(reason);
          return { value: undefined, done: true as const };
        },
      }),
    };
    const reader = toReadableStream(source).getReader();
    await reader.read();
    await reader.cancel("enough");
    expect(left).toEqual(["enough"]);
  });
});

describe("iterators of all kinds", () => {
  test("may give plain results", async () => {
    let i = 0;
    const plain = iterating({ next: () => ({ value: ++i, done: i > 2 }) });
    expect(await all(toReadableStream(plain))).toEqual([1, 2]);
  });

  test("may give thenables", async () => {
    let i = 0;
    const next = () => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve: (result: unknown) => void) => resolve({ value: ++i, done: i > 2 }),
    });
    expect(await all(toReadableStream(iterating({ next })))).toEqual([1, 2]);
  });

  test.each([42, undefined, null, "text"])("whose result is %s fail", async (result) => {
    const stream = toReadableStream(iterating({ next: async () => result }));
    const error = (await all(stream).catch(caught)) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain("whose result is no object");
  });

  test.each([
    ["next() that throws", { next: () => thrown() }],
    ["next() that rejects", { next: async () => thrown() }],
    ["done that throws", { next: () => Object.defineProperty({}, "done", { get: thrown }) }],
    ["value that throws", { next: () => Object.defineProperty({}, "value", { get: thrown }) }],
  ])("are not closed after a %s, as a generator is not", async (_, iterator) => {
    let returns = 0;
    const stream = toReadableStream(iterating({ ...iterator, return: () => void returns++ }));
    expect(await all(stream).catch(caught)).toEqual(new Error("thrown"));
    expect(returns).toBe(0);
  });

  test.each([
    ["throws", { return: () => thrown() }],
    ["rejects", { return: async () => thrown() }],
    ["cannot be got", Object.defineProperty({}, "return", { get: thrown, enumerable: true })],
  ])("whose return() %s tell whoever leaves", async (_, returning) => {
    const iterator = { next: async () => ({ value: 1, done: false }) };
    Object.defineProperties(iterator, Object.getOwnPropertyDescriptors(returning));
    const stream = toReadableStream(iterating(iterator));
    expect(await stream.cancel().catch(caught)).toEqual(new Error("thrown"));
  });
});

function thrown(): never {
  throw new Error("thrown");
}

describe("what is no source", () => {
  const channel = new Channel<number>() as never;

  test.each([
    ["toReadableStream(channel)", () => toReadableStream(channel), /pass its client\(\)/],
    [
      "toReadableStream(stream channel)",
      () => toReadableStream(new StreamChannel() as never),
      /client/,
    ],
    ["toEventStream(channel)", () => toEventStream(channel), /pass its client\(\)/],
    ["toReadableStream(5)", () => toReadableStream(5 as never), /type number.*pass a client end/],
    ["toReadableStream(null)", () => toReadableStream(null as never), /null.*pass a client end/],
    ["toReadableStream()", () => toReadableStream(undefined as never), /undefined.*pass/],
    [
      "toTransformStream(5)",
      () => toTransformStream(5 as never),
      /number.*pass a channel itself.*function/,
    ],
    [
      "toTransformStream of a client",
      () => toTransformStream((channel as Channel<1>).client() as never),
      /channel itself/,
    ],
    ["toTransformStream(() => 5)", () => toTransformStream((() => 5) as never), /type number/],
    ["toWritableStream(channel)", () => toWritableStream(channel), /server\(\)/],
    ["toWritableStream(promise)", () => toWritableStream(Promise.resolve() as never), /await/],
    ["toWritableStream(5)", () => toWritableStream(5 as never), /number.*a server end or a writer/],
    ["fromReadableStream(5)", () => fromReadableStream(5 as never), /number.*ReadableStream/],
  ])("%s throws a TypeError that says what to pass instead", (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
