/** Both ends, and a stream's reader, are true async generators. */
import {
  broadcast,
  buffer,
  Channel,
  cooperative,
  distribute,
  merge,
  produce,
  StreamChannel,
  type Client,
  type Reader,
  type Server,
} from "coroutine-channels";
import { describe, expect, expectTypeOf, test } from "vitest";

import { done, item, outcome, outcomes, waiting } from "./support/outcome.ts";

const AsyncGenerator: object = Object.getPrototypeOf(async function* () {}.prototype);
const AsyncIteratorPrototype: object = Object.getPrototypeOf(AsyncGenerator);

const numbers = (count = 3) =>
  produce<number, unknown, string | void>(async (server) => {
    for (let i = 1; i <= count; i++) await server.send(i);
    return "end";
  });

function reader(count = 3): ReturnType<StreamChannel<number>["client"]> {
  const channel = new StreamChannel<number>();
  void channel.serve((writer) => writer.write(Array.from({ length: count }, (_, i) => i + 1)));
  return channel.client();
}

async function serverEnd() {
  const channel = new Channel<unknown, number>();
  void waiting(channel.client().next());
  return channel.server();
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const one of source) items.push(one);
  return items;
}

describe.each([
  ["a client", () => numbers()],
  ["a server", serverEnd],
  ["a reader", () => reader()],
] as const)("%s", (_, make) => {
  test("inherits from the prototype of all async iterators", async () => {
    const end = await make();
    expect(Object.prototype.isPrototypeOf.call(AsyncIteratorPrototype, end)).toBe(true);
    expect(Object.getPrototypeOf(end)).not.toBe(AsyncIteratorPrototype);
    await end.return();
  });

  test("has what a generator has, on its prototype", async () => {
    const end = await make();
    for (const method of ["next", "return", "throw", Symbol.asyncIterator] as const)
      expect(end[method]).toBeTypeOf("function");
    expect(Object.keys(end)).toEqual([]);
    expect(end[Symbol.asyncIterator]()).toBe(end);
    await end.return();
  });

  test("is an instance of AsyncIterator where the runtime has one", async () => {
    const { AsyncIterator } = globalThis as { AsyncIterator?: new () => object };
    const end = await make();
    expect(AsyncIterator === undefined || end instanceof AsyncIterator).toBe(true);
    await end.return();
  });

  test("repeaterjs/repeater#74, it-pushable: answers every call with a native promise", async () => {
    const end = await make();
    for (const call of [end.next(), end.return(), end.throw(new Error("late"))]) {
      void waiting<Promise<unknown>>(call);
      expect(Object.getPrototypeOf(call)).toBe(Promise.prototype);
    }
  });

  test("async-channel: is not thenable, so that a function may return it", async () => {
    const end = await make();
    expect("then" in end).toBe(false);
    expect(await (async () => end)()).toBe(end);
    await end.return();
  });

  test("tc39/proposal-explicit-resource-management#241: is left at the end of a block that uses it", async () => {
    const end = await make();
    const dispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
    const { [dispose]: leave } = end as unknown as Record<symbol, () => Promise<void>>;
    expect(await outcome(leave!.call(end))).toEqual({ gives: undefined });
    expect(await outcome(end.next())).toEqual(done());
    expect(end.signal.aborted).toBe(true);
  });
});

test("a block left by an error leaves a client, too", async () => {
  const client = numbers();
  const failing = async (): Promise<never> => {
    await using end = client;
    await end.next();
    throw new Error("failure");
  };
  await expect(failing()).rejects.toThrow("failure");
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

interface Helped extends AsyncGenerator<number> {
  map(mapper: (item: number) => number): Helped;
  take(count: number): Helped;
  toArray(): Promise<number[]>;
}

test.each([
  ["a client", () => numbers(9)],
  ["a reader", () => reader(9)],
])("%s works with the async iterator helpers, or has none, as any generator", async (_, make) => {
  const end = make();
  const has = "map" in AsyncIteratorPrototype;
  expect("map" in end).toBe(has);
  if (!has) return void (await end.return());
  const helped = end as unknown as Helped;
  expect(
    await helped
      .map((one) => one * 2)
      .take(2)
      .toArray(),
  ).toEqual([2, 4]);
  expect(await end.next()).toEqual({ value: undefined, done: true });
});

describe("calls that overlap", () => {
  test("rolftimmermans/event-iterator#9, tc39/proposal-async-iterator-helpers#22, effection: are answered in order, to the end and beyond", async () => {
    const client = numbers(2);
    const calls = [client.next(), client.next(), client.next(), client.next()];
    expect(await outcomes(...calls)).toEqual([item(1), item(2), done("end"), done()]);
  });

  test("of a reader are answered in order, of whatever kind", async () => {
    const end = reader(6);
    const calls = [end.next(), end.read(2), end.next(), end.read(9), end.next()];
    expect(await outcomes(...calls)).toEqual([
      item(1),
      { gives: [2, 3] },
      item(4),
      { gives: [5, 6] },
      done(),
    ]);
  });
});

describe("a producer that has not started", () => {
  const unreachable = () => produce<number, void, string>(() => expect.unreachable());

  test("is ended by return, with what is returned", async () => {
    const client = unreachable();
    expect(await client.return("early")).toEqual({ value: "early", done: true });
    expect(await client.next()).toEqual({ value: undefined, done: true });
  });

  test("is ended by return with a promise, with what that resolves to", async () => {
    const client = unreachable();
    expect(await client.return(Promise.resolve("early"))).toEqual({ value: "early", done: true });
    expect(await outcome(client.next())).toEqual(done());
  });

  test("is ended by throw, which rejects with the error", async () => {
    const client = unreachable();
    const error = new Error("early");
    await expect(client.throw(error)).rejects.toBe(error);
    expect(await client.next()).toEqual({ value: undefined, done: true });
  });

  test("repeaterjs/repeater#31: ignores the value of its first request", async () => {
    const heard: unknown[] = [];
    const client = produce<number, string>(async (server) => {
      heard.push(await server.send(1));
    });
    await client.next("ignored");
    await client.next("heard");
    expect(heard).toEqual(["heard"]);
  });
});

describe("for await", () => {
  test("gives the items", async () => {
    expect(await all(numbers())).toEqual([1, 2, 3]);
    expect(await all(reader())).toEqual([1, 2, 3]);
  });

  test.each(["break", "throw"])(
    "left by %s unwinds the producer before it goes on",
    async (how) => {
      const log: string[] = [];
      const client = produce<number>(async (server) => {
        try {
          for (let i = 0; ; i++) await server.send(i);
        } finally {
          await null;
          log.push("cleaned up");
        }
      });
      try {
        for await (const _ of client) {
          if (how === "break") break;
          throw new Error("failure");
        }
      } catch {
        log.push("caught");
      }
      log.push("left");
      expect(log).toEqual(
        how === "break" ? ["cleaned up", "left"] : ["cleaned up", "caught", "left"],
      );
    },
  );

  test("of a finished producer gives nothing", async () => {
    const client = numbers();
    await all(client);
    expect(await all(client)).toEqual([]);
  });
});

describe("yield* of a native generator", () => {
  test("passes items, answers and the returned value through", async () => {
    const heard: unknown[] = [];
    const inner = produce<string, number, string>(async (server) => {
      heard.push(await server.send("a"), await server.send("b"));
      return "end";
    });
    async function* outer(): AsyncGenerator<string, string, number> {
      return yield* inner;
    }
    const generator = outer();
    expect(await generator.next(0)).toEqual({ value: "a", done: false });
    expect(await generator.next(1)).toEqual({ value: "b", done: false });
    expect(await generator.next(2)).toEqual({ value: "end", done: true });
    expect(heard).toEqual([1, 2]);
  });

  test("passes errors and leaving on to the producer", async () => {
    const log: unknown[] = [];
    const make = async function* (): AsyncGenerator<number> {
      yield* produce<number, unknown, void>(async (server) => {
        try {
          await server.send(1).catch((error: unknown) => log.push(error));
          await server.send(2);
        } finally {
          log.push("cleaned up");
        }
      });
    };
    const generator = make();
    await generator.next();
    expect(await generator.throw("error")).toEqual({ value: 2, done: false });
    expect(await generator.return("left")).toEqual({ value: "left", done: true });
    expect(log).toEqual(["error", "cleaned up"]);
  });

  test("a producer may delegate to another routine, several deep", async () => {
    type End = Parameters<Parameters<typeof produce<number>>[0]>[0];
    const pair = async (server: End, first: number): Promise<void> => {
      await server.send(first);
      await server.send(first + 1);
    };
    const four = produce<number>(async (server) => {
      await pair(server, 1);
      await (async () => pair(server, 3))();
    });
    expect(await all(four)).toEqual([1, 2, 3, 4]);
  });
});

test("async-channel: nothing that is made of channels is thenable", () => {
  const source = { [Symbol.asyncIterator]: () => numbers() };
  const made = [
    new Channel(),
    new StreamChannel(),
    merge(source),
    buffer(source, { capacity: 1 }),
    broadcast(source),
    broadcast(source).subscribe(),
    distribute(source),
    distribute(source).subscribe(),
    cooperative(source),
  ];
  expect(made.filter((each) => "then" in each)).toEqual([]);
});

test("repeaterjs/repeater#17, repeaterjs/repeater#56, repeaterjs/repeater#64: ends are async generators to the compiler, too", () => {
  expectTypeOf<Client<string, number, boolean>>().toExtend<
    AsyncGenerator<string, boolean, number>
  >();
  expectTypeOf<Server<string, number, boolean>>().toExtend<
    AsyncGenerator<number, boolean, string>
  >();
  expectTypeOf<Reader<string>>().toExtend<AsyncGenerator<string, void, void>>();
  expectTypeOf<Client<string>>().toExtend<AsyncDisposable>();
  expectTypeOf<Awaited<ReturnType<Client<string>[typeof Symbol.asyncDispose]>>>().toBeVoid();
  // microsoft/TypeScript#44264: told once.
  const inferred = produce(
    async (server: Server<string, number, boolean>) => (await server.send("")) > 1,
  );
  expectTypeOf(inferred).toEqualTypeOf<Client<string, number, boolean>>();
});

test("microsoft/TypeScript#44808: what next brings is not awaited, by the types either", async () => {
  const channel = new Channel<string, Promise<number>>();
  const client = channel.client();
  const first = client.next(Promise.resolve(0));
  const server = await channel.server();
  const answer = server.next("question");
  await first;
  const promise = Promise.resolve(1);
  void waiting(client.next(promise));
  const { value } = await answer;
  expectTypeOf(value).toEqualTypeOf<Promise<number> | void>();
  expect(value).toBe(promise);
  await client.return();
});

test("alanshaw/it-pushable#26, alanshaw/it-pushable#75, thefrontside/effection#144: a send waits until the next item is asked for", async () => {
  const sent: number[] = [];
  const client = produce<number>(async (server) => {
    for (let i = 1; i <= 9; i++) {
      await server.send(i);
      sent.push(i);
    }
  });
  for (let asked = 1; asked <= 5; asked++) {
    expect(await outcome(client.next())).toEqual(item(asked));
    expect(sent).toHaveLength(asked - 1);
  }
  await client.return();
  expect(sent).toHaveLength(4);
});

test("the client is the same object at every call", () => {
  const channel = new Channel();
  expect(channel.client()).toBe(channel.client());
  const stream = new StreamChannel();
  expect(stream.client()).toBe(stream.client());
});

test("a finished producer stays finished", async () => {
  const client = numbers(1);
  await all(client);
  const error = new Error("late");
  expect(await client.next()).toEqual({ value: undefined, done: true });
  expect(await client.return("late")).toEqual({ value: "late", done: true });
  await expect(client.throw(error)).rejects.toBe(error);
});
