/** What physics changes: F1 to F8 of `docs/far-ends.md`. */
import { ChannelClosed, ChannelOverflow, type Server } from "coroutine-channels";
import { LinkClosed, Session } from "coroutine-channels/link";
import type { Observed } from "coroutine-channels/link";
import { portLink } from "coroutine-channels/port";
import { messagePack } from "coroutine-channels/socket";
import { expect, onTestFinished, test } from "vitest";

import { ABORT, HELLO, OPEN } from "../../src/link/frame.ts";
import { deferred } from "../support/deferred.ts";
import { waiting } from "../support/outcome.ts";
import { settled } from "../support/settled.ts";
import { farService } from "./by-reference.ts";
import { DrivenClock } from "./driven-clock.ts";
import { microtaskLinks } from "./microtask-link.ts";
import { SilentLink } from "./silent-link.ts";

/** Two sessions over a `MessageChannel`. */
function pair(observe?: (event: Observed) => void): { near: Session; far: Session } {
  const { port1, port2 } = new MessageChannel();
  const near = new Session(portLink(port1), { observe });
  const far = new Session(portLink(port2));
  onTestFinished(() => near.close());
  return { near, far };
}

test("F1: values are copies", async () => {
  class Point {
    x = 1;
  }
  const point = new Point();
  const { near, far } = pair();
  far.serve<unknown>("points", async (server) => {
    await server.send({
      point,
      again: point,
      at: new Date(0),
      all: new Map([[1n, new Set([-0])]]),
    });
  });
  const received = await near.client<Record<string, unknown>>("points").receive();
  expect(received).toEqual({
    point: { x: 1 },
    again: { x: 1 },
    at: new Date(0),
    all: new Map([[1n, new Set([-0])]]),
  });
  expect(received["point"]).not.toBe(point);
  expect(received["point"]).not.toBeInstanceOf(Point);
});

test("F1: what cannot be copied is told to the server that sends it, and the client notices nothing", async () => {
  const { near, far } = pair();
  far.serve<unknown>("functions", async (server) => {
    await server.send(1);
    const error: unknown = await server.send(() => {}).catch((error: unknown) => error);
    await server.send((error as Error).name);
  });
  const client = near.client<unknown>("functions");
  expect([await client.receive(), await client.receive()]).toEqual([1, "DataCloneError"]);
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

test("F1: what a client sends and cannot be copied is an error where the body waits", async () => {
  const { near, far } = pair();
  const heard: unknown[] = [];
  far.serve<number, unknown>("numbers", async (server) => {
    try {
      await server.send(1);
    } catch (error) {
      heard.push((error as Error).name);
      await server.send(2);
    }
    await server.send(3);
  });
  const client = near.client<number, unknown>("numbers");
  expect(await client.receive()).toBe(1);
  expect(await client.send(() => {})).toBe(2);
  expect(heard).toEqual(["DataCloneError"]);
  await expect(client.send(() => {})).rejects.toMatchObject({ name: "DataCloneError" });
  expect(await client.next()).toEqual({ value: undefined, done: true });
  // The link lives.
  expect(await near.client<number>("numbers").receive()).toBe(1);
});

test("F1: results, inputs and departures that cannot be copied are errors, and end the channel", async () => {
  const { near, far } = pair();
  const ends: unknown[] = [];
  far.serve<number, void, unknown>("results", async () => () => {});
  far.serve<number>("numbers", async (server) => {
    await server.send(1).catch((error: unknown) => ends.push(error));
  });
  await expect(near.client("results").next()).rejects.toMatchObject({ name: "DataCloneError" });
  await expect(near.client("numbers", () => {}).next()).rejects.toMatchObject({
    name: "DataCloneError",
  });
  const client = near.client<number, void, unknown>("numbers");
  await client.next();
  await expect(client.return(() => {})).rejects.toMatchObject({ name: "DataCloneError" });
  expect(await client.next()).toEqual({ value: undefined, done: true });
  await near
    .client("results")
    .next()
    .catch(() => {});
  expect(ends).toEqual([expect.any(Error)]);
});

test("F2: overlapping requests of a channel go one by one, those of several channels together", async () => {
  const under: number[] = [];
  let requests = 0;
  const { near, far } = pair(({ type, ...event }) => {
    if (!("frame" in event) || event.frame === 0) return;
    requests += type === "sent" ? 1 : -1;
    under.push(requests);
  });
  far.serve<number>("numbers", async (server) => {
    for (let i = 0; ; i++) await server.send(i);
  });
  const client = near.client<number>("numbers");
  const all = [client.receive(), client.receive(), client.receive()];
  expect(await Promise.all(all)).toEqual([0, 1, 2]);
  expect(Math.max(...under)).toBe(1);
  await Promise.all([1, 2, 3].map(() => near.client<number>("numbers").receive()));
  expect(Math.max(...under)).toBe(3);
});

test("F3: a leave may cross an item, which is dropped, and whose sender sees that the client left", async () => {
  const clock = new DrivenClock();
  const near = new SilentLink();
  const far = new SilentLink();
  const nearSession = new Session(near, { clock });
  const farSession = new Session(far, { clock });
  const told: unknown[] = [];
  farSession.serve<number, void, string>("numbers", async (server) => {
    try {
      await server.send(1);
    } catch (error) {
      told.push(error);
    }
    return "cleaned up";
  });
  const pass = (): void => {
    for (const frame of near.take()) far.says(...frame);
    for (const frame of far.take()) near.says(...frame);
  };
  pass();
  await clock.pass(1);
  const client = nearSession.client<number, void, string>("numbers");
  const waiting = client.next();
  await settled();
  for (const frame of near.take()) far.says(...frame);
  await settled();
  // The item is under way, and so is the leave.
  const left = client.return("bye");
  expect(await waiting).toEqual({ value: undefined, done: true });
  await settled();
  expect(far.sent).toEqual([[6, 1, 1, 1, 1, [1]]]);
  pass();
  await settled();
  pass();
  expect(await left).toEqual({ value: "cleaned up", done: true });
  expect(told).toEqual([expect.any(ChannelClosed)]);
  expect(told[0]).toMatchObject({ value: "bye", undelivered: false });
  expect((told[0] as Error).cause).toBe(undefined);
});

test("a leave is told at once, at whatever microtask it is made", async () => {
  for (let gap = 0; gap < 40; gap++) {
    let signal: AbortSignal | undefined;
    const end = deferred<void>();
    const client = farService<number>(async (server) => {
      signal = server.signal;
      await server.send(1);
      await end.promise;
    });
    await client.next();
    const waiting = client.next();
    for (let i = 0; i < gap; i++) await null;
    const leaving = client.return();
    await settled();
    expect({ gap, aborted: signal?.aborted }).toEqual({ gap, aborted: true });
    end.resolve();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await leaving).toEqual({ value: undefined, done: true });
  }
});

test("a body that goes on after an error and a leave in one is heard out, at whatever microtask they come", async () => {
  for (let gap = 0; gap < 20; gap++) {
    let server: Server<unknown, unknown, unknown> | undefined;
    const end = deferred<void>();
    const client = farService<unknown, unknown, unknown>((given) => {
      server = given;
      return end.promise;
    });
    const calls: Promise<unknown>[] = [];
    const make = (...made: Promise<unknown>[]): void => void calls.push(...made.map(waiting));
    make(client.next());
    await settled();
    make(client.throw(new Error("e")), server!.put(1));
    for (let i = 0; i < gap; i++) await null;
    make(client.return(undefined), server!.send(2));
    await settled();
    make(client.next());
    await settled();
    make(server!.send(3));
    await settled();
    make(client.next());
    end.resolve();
    await Promise.allSettled(calls);
  }
});

test("F4: when the link is lost for good, both sides are told once", async () => {
  const { near, far } = pair();
  const body = deferred<unknown>();
  const busy = deferred<void>();
  far.serve<number>("waiting", async (server) => {
    body.resolve(
      server.send(1).catch(async (error: unknown) => [error, server.signal.aborted] as const),
    );
    await server.send(2).catch(() => {});
  });
  far.serve<number>("busy", () => busy.promise);
  const idle = near.client<number>("waiting");
  const asking = near.client<number>("busy");
  expect(await idle.receive()).toBe(1);
  const pending = [asking.next(), asking.next()];
  await settled();
  await near.close();
  await expect(pending[0]).rejects.toThrow(LinkClosed);
  expect(await pending[1]).toEqual({ value: undefined, done: true });
  await expect(idle.next()).rejects.toThrow(LinkClosed);
  expect(await idle.next()).toEqual({ value: undefined, done: true });
  const [error, aborted] = (await body.promise) as [ChannelClosed, boolean];
  expect(error).toBeInstanceOf(ChannelClosed);
  expect(error.cause).toBeInstanceOf(LinkClosed);
  expect(aborted).toBe(true);
  busy.resolve();
});

test("F5: a source is advanced by what was asked for, and not lent", async () => {
  const { near, far } = pair();
  const pulled: number[] = [];
  function* source(): Generator<number, void> {
    for (let i = 0; i < 100; i++) {
      pulled.push(i);
      yield i;
    }
  }
  far.serveStream<number>("items", (writer) => writer.write(source()));
  const reader = near.reader<number>("items");
  const first = await reader.receive();
  expect(pulled).toEqual([0]);
  expect([...first]).toEqual([0]);
  expect(await reader.read(5)).toEqual([1, 2, 3, 4, 5]);
  await settled();
  expect(pulled).toHaveLength(6);
  await reader.return();

  const ahead = near.reader<number>("items", undefined, { prefetch: 10 });
  pulled.length = 0;
  await ahead.receive();
  while (pulled.length < 10) await settled();
  expect(pulled.length).toBeLessThanOrEqual(11);
  await ahead.return();
});

test("F6: an error arrives as a record", async () => {
  const [one, two] = microtaskLinks();
  const near = new Session(one);
  const far = new Session(two);
  class Odd extends Error {
    override name = "OddError";
    code = "E_ODD";
    secret = "password";
  }
  const thrown = [
    new RangeError("out of it", { cause: new Odd("odd") }),
    new AggregateError([new TypeError("one"), new Odd("two")], "several"),
    new ChannelClosed({ cause: new Error("elsewhere") }),
    "a text",
    undefined,
    { name: "Error", message: "no error" },
    Object.assign(new Error("x"), { message: { toString: () => "\ud800" } }),
  ];
  far.serve<void>("failing", (_server, i: number) => Promise.reject(thrown[i]));
  const errors: unknown[] = [];
  for (const i of thrown.keys()) {
    errors.push(
      await near
        .client("failing", i)
        .next()
        .catch((error: unknown) => error),
    );
  }
  const [range, several, closed, text, nothing, record, broken] = errors as Odd[];
  expect(range).toBeInstanceOf(RangeError);
  expect(range!.message).toBe("out of it");
  const cause = range!.cause as Odd;
  expect([cause.constructor, cause.name, cause.message, cause.code]).toEqual([
    Error,
    "OddError",
    "odd",
    "E_ODD",
  ]);
  expect(cause).not.toHaveProperty("secret");
  expect(several).toBeInstanceOf(AggregateError);
  expect((several as unknown as AggregateError).errors.map(String)).toEqual([
    "TypeError: one",
    "OddError: two",
  ]);
  expect(closed).toBeInstanceOf(ChannelClosed);
  expect([text, nothing]).toEqual(["a text", undefined]);
  expect(record).toEqual({ name: "Error", message: "no error" });
  expect(broken!.message).toBe("\uFFFD");
});

test("F6: how errors cross can be chosen", async () => {
  const [one, two] = microtaskLinks();
  const near = new Session(one, {
    errors: { encode: () => "?", decode: (value) => new Error(`told ${String(value)}`) },
  });
  const far = new Session(two, {
    errors: { encode: (error) => (error as Error).message.length, decode: String },
  });
  const heard: unknown[] = [];
  far.serve<number>("failing", async (server) => {
    await server.send(1).catch((error: unknown) => heard.push(error));
    throw new Error("four");
  });
  const client = near.client<number>("failing");
  await client.next();
  await expect(client.throw(new Error("no"))).rejects.toThrow("told 4");
  expect(heard).toEqual(["?"]);
});

test("F7: a far client's put settles when its own side has taken it", async () => {
  const clock = new DrivenClock();
  const link = new SilentLink();
  const session = new Session(link, { clock });
  link.says(0, 1, undefined, 0);
  await clock.pass(1);
  const client = session.client<number, string>("numbers");
  await client.put("first");
  await settled();
  expect(link.take().at(-1)).toEqual([1, 1, 0, 1, 0, "numbers", 1, "first"]);
  // The answer has a place.
  link.says(6, 1, 1, 1, 1, [7]);
  expect(await client.receive()).toBe(7);
  await client.put("second");
  await settled();
  expect(link.take().at(-1)).toEqual([2, 2, 1, 1, 1, "second"]);
});

test("F8: the limit of a far client is not that of the body", async () => {
  const { near, far } = pair();
  far.serve<number>("numbers", async (server) => {
    await Promise.all([server.send(1), server.send(2), server.send(3)]);
  });
  const client = near.client<number>("numbers", undefined, { limit: 1 });
  const calls = [client.receive(), client.receive()];
  await expect(calls[1]).rejects.toThrow(ChannelOverflow);
  expect([await calls[0], await client.receive(), await client.receive()]).toEqual([1, 2, 3]);
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

test("F8: a signal is not told of to the other side when the channel is over", async () => {
  const sent: number[] = [];
  const { near, far } = pair((event) => {
    if (event.type === "sent") sent.push(event.frame);
  });
  far.serve("nothing", () => {});
  far.serve("something", () => new Promise(() => {}));
  const controller = new AbortController();
  const { signal } = controller;
  await near.client("nothing", undefined, { signal }).next();
  const waits = waiting(near.client("something", undefined, { signal }).next());
  await settled();
  controller.abort(new Error("enough"));
  await expect(waits).rejects.toThrow("enough");
  expect(sent).toEqual([HELLO, OPEN, OPEN, ABORT]);
});

test("what the first request brings is for the body's first receive, as near", async () => {
  const { near, far } = pair();
  far.serve<string, string>("greet", async (server: Server<string, string>) => {
    let name = await server.receive();
    for (;;) name = await server.send(`Hello, ${name}`);
  });
  const client = near.client<string, string>("greet");
  expect(await client.send("Ann")).toBe("Hello, Ann");
  expect(await client.send("Bob")).toBe("Hello, Bob");
  await client.return();
});

test("a signal crosses as what it means", async () => {
  const { near, far } = pair();
  const seen = deferred<unknown>();
  far.serve<number>("numbers", async (server) => {
    server.signal.addEventListener("abort", () => seen.resolve(server.signal.reason));
    await server.send(1);
  });
  const controller = new AbortController();
  const client = near.client<number>("numbers", undefined, { signal: controller.signal });
  await client.receive();
  controller.abort(new RangeError("enough"));
  await expect(client.receive()).rejects.toThrow(new RangeError("enough"));
  expect(((await seen.promise) as ChannelClosed).cause).toEqual(new RangeError("enough"));
});

test("a call made before the other side serves waits for that, and an unknown name is told", async () => {
  const { near, far } = pair();
  const call = near.client<number>("late").receive();
  far.serve<number>("late", async (server) => {
    await server.send(1);
  });
  expect(await call).toBe(1);
  await expect(near.client("later").receive()).rejects.toThrow(RangeError);
  await expect(near.reader("late").read()).rejects.toThrow(TypeError);
  expect(() => far.serve("late", async () => {})).toThrow(TypeError);
});

test("a client that leaves before its first request opens nothing", async () => {
  const events: string[] = [];
  const { near } = pair(({ type }) => events.push(type));
  expect(await near.client("nothing").return()).toEqual({ value: undefined, done: true });
  expect(events).not.toContain("open");
});

test("what one side's encoder lets through, the other's decoder takes", () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  expect(messagePack.decode(messagePack.encode([6, 1, 1, 1, 1, [deep(64)]]))).toBeDefined();
  expect(() => messagePack.encode([6, 1, 1, 1, 1, [deep(65)]])).toThrow(RangeError);
  expect(messagePack.decode(messagePack.encode([2, 1, 1, 1, 1, deep(64)]))).toBeDefined();
  expect(() => messagePack.encode([2, 1, 1, 1, 1, deep(65)])).toThrow(RangeError);
});
