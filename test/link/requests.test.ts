/** What the side that serves makes of requests, frame by frame, and what the side that asks makes of answers. */
import { ChannelClosed, type Server, type Writer } from "coroutine-channels";
import { Session } from "coroutine-channels/link";
import type { Observed, SessionOptions } from "coroutine-channels/link";
import { expect, test } from "vitest";

import { deferred } from "../support/deferred.ts";
import { settled } from "../support/settled.ts";
import { failure } from "./dialled.ts";
import { DrivenClock } from "./driven-clock.ts";
import { SilentLink } from "./silent-link.ts";

interface Serving {
  readonly session: Session;
  readonly link: SilentLink;
  readonly clock: DrivenClock;
}

/** A session that serves the test. */
async function serving(options: SessionOptions = {}): Promise<Serving> {
  const link = new SilentLink();
  const clock = new DrivenClock();
  const session = new Session(link, { clock, ...options });
  link.says(0, 1, "", 0);
  await clock.pass(1);
  link.take();
  return { session, link, clock };
}

type End = Server<number> | Writer<number>;

/** A body that sends numbers, until that fails, which is told. */
const counting = (told: (error: unknown, end: End) => void) => async (end: End) => {
  try {
    for (let i = 0; ; i++) await end.send(i);
  } catch (error) {
    told(error, end);
  }
};

test("what has been asked for and not been sent is bounded, to the item", async () => {
  for (const [more, ahead] of [
    [0, 10],
    [1, 11],
  ] as const) {
    const { session, link, clock } = await serving({ limits: { ahead: 10 } });
    session.serveStream<number>("items", async (writer) => {
      await writer.write([1, 2, 3, 4, 5, 6]);
      await new Promise(() => {});
    });
    link.says(1, 1, 0, 1, 1, "items", 10);
    // Six are to go out at the end of this turn, and count until then.
    await settled();
    link.says(2, 2, 0, 1, more);
    expect(link.take()).toEqual([[10, "protocol"]]);
    expect(String(session.signal.reason)).toContain(`${ahead} items are asked for ahead`);
    expect(clock.timers).toBe(0);
  }
});

test("requests that are out of turn end the session", async () => {
  const early = "a request before the last was answered";
  const several = "a channel is asked for one item";
  for (const [why, ...requests] of [
    [several, [1, 1, 0, 1, 0, "never", 2]],
    [several, [1, 1, 0, 1, 0, "one", 1], undefined, [2, 2, 0, 1, 2]],
    [early, [1, 1, 0, 1, 0, "never", 1], [2, 2, 0, 1, 1]],
    [early, [1, 1, 0, 1, 0, "never", 1], [3, 2, 0, 1, { name: "Error", message: "no" }]],
    [early, [1, 1, 0, 1, 0, "never", 1], [4, 2, 0, 1], [4, 3, 0, 1]],
    [early, [1, 1, 0, 1, 0, "never", 1], [4, 2, 0, 1], [2, 3, 0, 1, 1]],
    [early, [1, 1, 0, 1, 0, "one", 1], undefined, [4, 2, 0, 1], [4, 3, 0, 1]],
    [early, [1, 1, 0, 1, 0, "refused", 1], undefined, [2, 2, 0, 1, 1]],
  ] as const) {
    const { session, link } = await serving();
    session.serve("never", () => new Promise(() => {}));
    session.serve<number>("one", async (server) => {
      try {
        await server.send(1);
      } finally {
        await new Promise(() => {});
      }
    });
    session.serve<unknown>("refused", async (server) => {
      await server.send(() => {}).catch(() => {});
      await new Promise(() => {});
    });
    for (const request of requests) {
      if (request === undefined) await settled();
      else link.says(...request);
    }
    expect(link.take().at(-1)).toEqual([10, "protocol"]);
    expect(String(session.signal.reason)).toContain(why);
  }
});

test("the signal of a far client or reader ends the body, and is not answered", async () => {
  for (const kind of [0, 1]) {
    const { session, link, clock } = await serving();
    const told: unknown[] = [];
    const body = counting((error, { signal }) => {
      told.push((error as Error).message, signal.aborted);
    });
    if (kind === 0) session.serve<number>("numbers", body);
    else session.serveStream<number>("numbers", body);
    link.says(1, 1, 0, 1, kind, "numbers", 1);
    await clock.pass(1);
    expect(link.take()).toEqual([[6, 1, 1, 1, kind === 0 ? 1 : 0, [0]]]);
    link.says(5, 2, 1, 1, { name: "RangeError", message: "enough" });
    await clock.pass(1);
    expect(told).toEqual(["enough", true]);
    // What follows has crossed it.
    link.says(2, 3, 1, 1, 1);
    await clock.pass(1);
    expect(link.take()).toEqual([]);
    expect(session.signal.aborted).toBe(false);
    await session.close();
  }
});

test("a body that fails under a request that has been overtaken tells its error to the leave", async () => {
  const { session, link } = await serving();
  session.serve<number>("failing", async (server) => {
    await new Promise<void>((resolve) => server.signal.addEventListener("abort", () => resolve()));
    throw new RangeError("in the clean-up");
  });
  link.says(1, 1, 0, 1, 0, "failing", 1);
  await settled();
  link.says(4, 2, 0, 1);
  await settled();
  const told = link.take();
  expect(told).toHaveLength(1);
  expect(told[0]!.slice(0, 5)).toEqual([8, 1, 2, 1, 2]);
  expect(told[0]![5]).toMatchObject({ name: "RangeError", message: "in the clean-up" });
});

/** Opens a channel, lets its body go on, and says something so many microtasks later. */
async function crossing(
  body: (server: Server<number>) => Promise<void>,
  later: number,
  ...frame: unknown[]
): Promise<{ before: unknown[][]; after: unknown[][] }> {
  const { session, link } = await serving();
  const gate = deferred<void>();
  session.serve<number>("body", async (server) => {
    await gate.promise;
    await body(server);
  });
  link.says(1, 1, 0, 1, 0, "body", 1);
  await settled();
  gate.resolve();
  for (let i = 0; i < later; i++) await Promise.resolve();
  link.says(...frame);
  const before = link.take();
  await settled();
  const after = link.take();
  await session.close();
  return { before, after };
}

const bodies: ((server: Server<number>) => Promise<void>)[] = [
  async (server) => {
    await server.send(1);
  },
  async () => {},
  async () => {
    throw new RangeError("mine");
  },
];

test("an error that a leave crosses is told, at whatever microtask that comes", async () => {
  for (let later = 0; later < 20; later++) {
    const { before, after } = await crossing(bodies[2]!, later, 4, 2, 0, 1);
    // Before the leave, it answers the first request.
    const k = before.length > 0 ? 1 : 2;
    expect({ later, told: [...before, ...after] }).toEqual({
      later,
      told: [[8, 1, k, 1, k, { name: "RangeError", message: "mine" }]],
    });
  }
});

test("nothing is said of a channel whose signal has aborted, at whatever microtask", async () => {
  for (const body of bodies) {
    for (let later = 0; later < 20; later++) {
      const { after } = await crossing(body, later, 5, 2, 0, 1, ["enough"]);
      expect({ later, after }).toEqual({ later, after: [] });
    }
  }
});

test("a channel whose end has been told is closed: nobody waits for it", async () => {
  for (const kind of [0, 1]) {
    const { session, link, clock } = await serving();
    if (kind === 0) session.serve("body", async () => {});
    else session.serveStream("body", async () => {});
    link.says(1, 1, 0, 1, kind, "body", 1);
    await clock.pass(1);
    expect(link.take().map(([type]) => type)).toEqual([7]);
    await session.close(3_600_000);
  }
});

test("closing waits for the last conversation, on whichever side it is", async () => {
  const { session, link, clock } = await serving();
  session.serve("body", async () => {});
  const call = session.client("numbers").next();
  await settled();
  // One of each: both have to end.
  link.says(1, 1, 1, 1, 0, "body", 1);
  let over = false;
  const closing = session.close(1000).then(() => {
    over = true;
  });
  await settled();
  expect(over).toBe(false);
  link.says(7, 2, 1, 1, 1);
  await call;
  await closing;
  expect(clock.now()).toBeLessThan(1000);
});

test("closing does not wait for who has left before the other side could be reached", async () => {
  const clock = new DrivenClock();
  const session = new Session(() => new SilentLink(), { clock });
  const client = session.client("numbers");
  const call = client.next();
  await settled();
  const closing = session.close(1000);
  await client.return();
  await closing;
  expect(await call).toEqual({ value: undefined, done: true });
  expect(clock.now()).toBe(0);
});

test("what the other side opens is observed, and how that ends", async () => {
  const events: Observed[] = [];
  const { session, link } = await serving({ observe: (event) => events.push(event) });
  session.serve("body", async () => {});
  link.says(1, 1, 0, 1, 0, "body", 1);
  await settled();
  expect(events.filter(({ type }) => type === "open" || type === "end")).toEqual([
    { type: "open", service: "body", ch: 1, far: false },
    { type: "end", service: "body", ch: 1, far: false, error: undefined },
  ]);
});

test("a result that cannot be sent is an error, and an item that cannot is its sender's", async () => {
  const { session, link } = await serving();
  session.serve<unknown, void, unknown>("result", async () => () => {});
  const told: unknown[] = [];
  session.serve<unknown>("item", async (server) => {
    await server.send(() => {}).catch((error: unknown) => told.push(error));
    await server.send(2);
    await server.send(() => {});
  });
  link.says(1, 1, 0, 1, 0, "result", 1);
  await settled();
  expect(link.take().map((frame) => frame.slice(0, 5))).toEqual([[8, 1, 1, 1, 1]]);
  link.says(1, 2, 1, 2, 0, "item", 1);
  await settled();
  expect(told).toHaveLength(1);
  expect(link.take()).toEqual([[6, 2, 2, 2, 1, [2]]]);
  // Nobody catches the second: the client is told.
  link.says(2, 3, 2, 2, 1);
  await settled();
  expect(link.take().map((frame) => frame.slice(0, 5))).toEqual([[8, 3, 3, 2, 2]]);
});

test("leaving before the other side can be reached opens nothing, and closing waits for nobody", async () => {
  const link = new SilentLink();
  const session = new Session(() => link, { clock: new DrivenClock() });
  await settled();
  const client = session.client<number>("numbers");
  const reader = session.reader<number>("items");
  const waiting = [client.next(), reader.next()];
  await settled();
  const end = { value: undefined, done: true };
  expect(await client.return()).toEqual(end);
  expect(await reader.return()).toEqual(end);
  expect(await Promise.all(waiting)).toEqual([end, end]);
  link.says(0, 1, "host", 0);
  await settled();
  expect(link.take().map(([type]) => type)).toEqual([0]);
  await session.close(3_600_000);
});

test("a signal that aborts before the other side can be reached opens nothing", async () => {
  const link = new SilentLink();
  const session = new Session(() => link, { clock: new DrivenClock() });
  await settled();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [
    session.client<number>("numbers", undefined, { signal }).next(),
    session.reader<number>("items", undefined, { signal }).next(),
  ];
  await settled();
  controller.abort(new Error("enough"));
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: "rejected", reason: { message: "enough" } });
  }
  link.says(0, 1, "host", 0);
  await settled();
  expect(link.take().map(([type]) => type)).toEqual([0]);
  await session.close(3_600_000);
});

test("more items than were asked for end the session", async () => {
  const { session, link, clock } = await serving();
  const read = session.reader<number>("items").read(2);
  await clock.pass(1);
  expect(link.take().map((frame) => frame.slice(0, 7))).toEqual([[1, 1, 0, 1, 1, "items", 2]]);
  link.says(6, 1, 1, 1, 0, [1, 2, 3]);
  expect(link.take()).toEqual([[10, "protocol"]]);
  expect(String(session.signal.reason)).toContain("more items than asked for");
  await expect(read).rejects.toThrow("more items than asked for");
});

test("a reader asks again when half of what may be under way has come", async () => {
  const { session, link, clock } = await serving();
  const reader = session.reader<number>("items", undefined, { prefetch: 8 });
  const asked = (): unknown[] => link.take().map((frame) => (frame[0] === 1 ? frame[6] : frame[4]));
  const first = reader.next();
  await clock.pass(1);
  expect(asked()).toEqual([9]);
  link.says(6, 1, 1, 1, 0, [0, 1, 2, 3]);
  expect(await first).toEqual({ value: 0, done: false });
  await clock.pass(1);
  // Five are under way, and three wait here: that is all.
  expect(asked()).toEqual([]);
  for (const item of [1, 2, 3]) expect(await reader.next()).toEqual({ value: item, done: false });
  await clock.pass(1);
  expect(asked()).toEqual([]);
  link.says(6, 2, 1, 1, 0, [4, 5]);
  for (const item of [4, 5]) expect(await reader.next()).toEqual({ value: item, done: false });
  void failure(reader.next());
  await clock.pass(1);
  // Three are under way, of which one is waited for: six more make eight again, beyond that one.
  expect(asked()).toEqual([6]);
  await session.close();
});

test("all items that have come are read before the end, or the error, that has come behind them", async () => {
  for (const ending of [
    [7, 2, 1, 1, 0],
    [8, 2, 1, 1, 0, { name: "RangeError", message: "enough" }],
  ]) {
    const { session, link, clock } = await serving();
    const reader = session.reader<number>("items", undefined, { prefetch: 8 });
    const first = reader.next();
    await clock.pass(1);
    link.says(6, 1, 1, 1, 0, [0, 1, 2, 3, 4, 5, 6, 7]);
    link.says(...ending);
    expect(await first).toEqual({ value: 0, done: false });
    for (let i = 1; i < 8; i++) expect(await reader.next()).toEqual({ value: i, done: false });
    if (ending[0] === 8) await expect(reader.next()).rejects.toThrow(new RangeError("enough"));
    expect(await reader.next()).toEqual({ value: undefined, done: true });
    await session.close();
  }
});

test("a client that waits for nothing is told at once that the other side is lost", async () => {
  const { session, link, clock } = await serving();
  const client = session.client<number>("numbers");
  const { signal } = client;
  const first = client.next();
  await clock.pass(1);
  link.says(6, 1, 1, 1, 1, [1]);
  expect(await first).toEqual({ value: 1, done: false });
  link.dies();
  await settled();
  expect(signal.aborted).toBe(true);
  expect(await failure(client.next())).toBe(session.signal.reason);
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

test("a body whose client is lost can tell it from one that left", async () => {
  const { session, link, clock } = await serving();
  const told: unknown[] = [];
  const body = counting((error) => told.push(error));
  session.serve<number>("numbers", body).serveStream<number>("items", body);
  for (const ch of [1, 2, 3, 4]) {
    link.says(1, ch, 0, ch, ch % 2, ch % 2 > 0 ? "items" : "numbers", 1);
  }
  await clock.pass(1);
  link.says(4, 5, 4, 1);
  link.says(4, 6, 4, 2);
  await clock.pass(1);
  link.dies();
  await settled();
  expect(told).toHaveLength(4);
  for (const error of told) expect(error).toBeInstanceOf(ChannelClosed);
  expect(told.map((error) => (error as Error).cause === session.signal.reason)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
