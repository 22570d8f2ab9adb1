/** What composes channels leaves nothing behind, whatever lives on. Needs `--expose-gc`, and counts no time. */
import { EventEmitter, getEventListeners } from "node:events";

import {
  abortable,
  broadcast,
  buffer,
  callbacks,
  Channel,
  ChannelOverflow,
  cooperative,
  events,
  merge,
  type Overflow,
  select,
  distribute,
  StreamChannel,
  type Arm,
  type Client,
  type EventsOptions,
  type Pushing,
  type Server,
} from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { deferred } from "../support/deferred.ts";
import { FLAT, heap, Watched } from "../support/garbage.ts";
import { expectNothingLeft, type Held } from "../support/held.ts";
import { waiting } from "../support/outcome.ts";
import { settled } from "../support/settled.ts";

const MANY = 100_000;

type Flow = AsyncGenerator<object, unknown, void>;

/** Never aborts, and lives longer than what listens to it. */
const living = new AbortController().signal;

type Piece = readonly [name: string, make: (source: AsyncIterable<object>) => Flow];

const lossless: readonly Piece[] = [
  ["merge", (source) => merge(source)],
  ["merge with a source that has ended", (source) => merge(nothing(), source)],
  ["buffer", (source) => buffer(source, { capacity: 2 })],
  ["broadcast", (source) => broadcast(source).subscribe()],
  ["broadcast with a buffer", (source) => broadcast(source).subscribe({ capacity: 2 })],
  ["distribute", (source) => distribute(source).subscribe()],
  ["cooperative", (source) => cooperative(source, { budget: 0 })],
  ["abortable", (source) => abortable(source, { signal: living, idle: 1e6 })],
  ["buffer with a signal", (source) => buffer(source, { capacity: 2, signal: living })],
  ["broadcast with a signal", (source) => broadcast(source, { signal: living }).subscribe()],
];
const pieces: readonly Piece[] = [
  ...lossless,
  ["buffer that drops", (source) => buffer(source, { capacity: 2, overflow: "drop-oldest" })],
];

async function* nothing(): AsyncGenerator<object, void, void> {}

/** A channel that others are fed from: what is sent waits, at the latest, until the client asks. */
class Feed<T = object> {
  readonly channel: Channel<T>;
  readonly client: Client<T>;
  readonly opened: Promise<Server<T>>;

  constructor(channel = new Channel<T>({ limit: Infinity })) {
    this.channel = channel;
    this.client = channel.client();
    this.opened = channel.server();
  }

  send(item: T): void {
    void waiting(this.opened.then((server) => server.next(item)));
  }

  async end(): Promise<void> {
    await (await this.opened).return();
  }
}

/** Gives a new item for each request, as often as that, and then waits. */
function making(times: number, watched: Watched): AsyncIterable<object> {
  let made = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () =>
        made++ < times ? { value: watched.add({}), done: false } : new Promise(() => {}),
      return: async () => ({ value: undefined, done: true }),
    }),
  };
}

/** Asks for an item, in a way that leaves it to nobody. */
async function take(flow: AsyncIterator<object>, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await flow.next();
}

test("what waits is held, and what was let go is not, as far as can be seen here", async () => {
  const waits = new Watched();
  const letGo = new Watched();
  const idle = new Promise(() => {});
  const wait = (): void => {
    const consumer = waits.add({});
    // As each `Promise.race` does, which leaves its reactions with the promise that does not settle.
    void idle.then(() => consumer);
    void Promise.resolve().then(() => letGo.add({}));
  };
  for (let i = 0; i < 1000; i++) wait();
  expect(await waits.alive()).toBe(1000);
  expect(await letGo.alive()).toBe(0);
  expect(idle).toBeInstanceOf(Promise);
});

/** What the server does once the client has asked, and what the consumer does then. */
interface Way {
  readonly serve?: (server: Server<object>, controller: AbortController) => unknown;
  readonly consume: (flow: Flow) => Promise<unknown>;
}

async function takeAll(flow: Flow): Promise<void> {
  for await (const _ of flow);
}

const ways: Readonly<Record<string, Way>> = {
  "its source has ended": { serve: (server) => server.return(), consume: takeAll },
  "its source has failed": { serve: (server) => server.throw(new Error()), consume: takeAll },
  "its source was aborted": { serve: (_, controller) => controller.abort({}), consume: takeAll },
  "its consumer has left before the first item": { consume: (flow) => flow.return(undefined) },
  "its consumer has left after an item": {
    consume: async (flow) => {
      for await (const _ of flow) break;
    },
  },
  "its consumer has left while it waited": {
    async consume(flow) {
      await take(flow, 3);
      const request = flow.next();
      await settled();
      await flow.return(undefined);
      await request;
    },
  },
  "its consumer has thrown": {
    async consume(flow) {
      await take(flow, 2);
      // As with a generator that waits in `yield`.
      await flow.throw(new Error()).catch(() => {});
      await flow.return(undefined);
    },
  },
};

/** What lives on. */
async function live(make: (source: AsyncIterable<object>) => Flow, way: Way, watched: Watched) {
  const controller = new AbortController();
  const channel = watched.add(new Channel<object>({ signal: controller.signal }));
  const held: Held = { channel, controller };
  void channel.server().then((server) => {
    held.server = server;
    for (let i = 0; i < 3; i++) void waiting(server.next(watched.add({})));
    way.serve?.(server, controller);
  }, String);
  const flow = watched.add(make(channel.client()));
  await way.consume(flow).catch(() => {});
  return held;
}

describe.each(pieces)("%s", (_, make) => {
  test.each(Object.entries(ways))("leaves nothing when %s", async (_way, way) => {
    const watched = new Watched();
    const held = await live(make, way, watched);
    await expectNothingLeft(held, watched);
  });

  test("keeps no request that was answered", async () => {
    const watched = new Watched();
    const feed = new Feed();
    const flow = make(feed.client);
    const ask = async (): Promise<void> => {
      const request = watched.add(flow.next());
      feed.send({});
      await request;
    };
    for (let i = 0; i < 1000; i++) await ask();
    expect(await watched.alive()).toBe(0);
    await flow.return(undefined);
  });

  test("keeps no consumer that has gone, though its source cannot be closed", async () => {
    const feed = new Feed();
    const source = { [Symbol.asyncIterator]: () => ({ next: () => feed.client.next() }) };
    const watched = new Watched();
    await (async () => {
      const flow = make(source);
      for (let i = 0; i < 3; i++) {
        feed.send({});
        await take(flow);
      }
      const consumer = watched.add({ done: false });
      const request = watched.add(flow.next().then(({ done }) => (consumer.done = done!)));
      await settled();
      await flow.return(undefined);
      await request;
    })();
    expect(await watched.alive()).toBe(0);
    expect(feed.channel.closed).toBe(false);
  });
});

test.each(lossless)("%s keeps no item that was handed over", async (_, make) => {
  const watched = new Watched();
  const flow = make(making(1000, watched));
  await take(flow, 1000);
  expect(await watched.alive()).toBe(0);
  await flow.return(undefined);
});

/** An idle arm that lives on, and how it is found to be as it was. */
type Idle = readonly [name: string, make: () => Promise<{ arm: Arm<object>; fine(): unknown }>];

/** Where a single call that was left behind would be one too many. */
const narrow = () => new Channel<object>({ limit: 1 });

/** One more request of the arm is answered, by the end. */
async function expectEnd(
  arm: AsyncGenerator<object, unknown, void>,
  channel: { server(): Promise<{ return(): Promise<unknown> }> },
): Promise<void> {
  const request = arm.next();
  await (await channel.server()).return();
  expect(await request).toMatchObject({ done: true });
}

const idles: readonly Idle[] = [
  [
    "a client that nobody serves",
    async () => {
      const channel = narrow();
      const arm = channel.client();
      return {
        arm,
        fine: () => expectEnd(arm, channel),
      };
    },
  ],
  [
    "a client whose server is at work",
    async () => {
      const feed = new Feed(narrow());
      feed.send({});
      await take(feed.client);
      return {
        arm: feed.client,
        async fine() {
          const request = feed.client.next();
          const item = {};
          feed.send(item);
          feed.send({});
          expect((await request).value).toBe(item);
        },
      };
    },
  ],
  [
    "a server whose client is at work",
    async () => {
      const channel = new Channel<void, object>({ limit: 1 });
      const client = channel.client();
      void client.next();
      const arm = await channel.server();
      return {
        arm,
        async fine() {
          const item = {};
          void waiting(client.next(item));
          expect((await arm.next()).value).toBe(item);
        },
      };
    },
  ],
  [
    "the reader of a stream",
    async () => {
      const channel = new StreamChannel<object>({ limit: 1 });
      const arm = channel.client();
      return {
        arm,
        fine: () => expectEnd(arm, channel),
      };
    },
  ],
  [
    "a buffer",
    async () => {
      const channel = narrow();
      const arm = buffer(channel.client(), { capacity: 1 });
      return {
        arm,
        fine: () => expectEnd(arm, channel),
      };
    },
  ],
  [
    "an iterator that cannot withdraw a request",
    async () => {
      let asked = 0;
      const idle = new Promise<never>(() => {});
      const arm = { next: () => (asked++, idle) };
      return { arm, fine: () => expect(asked).toBe(1) };
    },
  ],
];

describe.each(idles)("nodejs/node#17469: selecting next to %s", (_, make) => {
  test.each([{}, { fair: true }, { signal: new AbortController().signal }])(
    "leaves nothing there, with %j",
    async (options) => {
      const watched = new Watched();
      const { arm: idle, fine } = await make();
      const busy = making(1000, watched)[Symbol.asyncIterator]();
      const ask = async (): Promise<void> => {
        await watched.add(select({ idle, busy }, options));
      };
      for (let i = 0; i < 1000; i++) await ask();
      expect(await watched.alive()).toBe(0);
      const feed = new Feed();
      const before = await heap();
      for (let i = 0; i < MANY; i++) {
        feed.send({});
        await select({ idle, client: feed.client }, options);
      }
      expect((await heap()) - before).toBeLessThan(FLAT);
      if (options.signal) expect(getEventListeners(options.signal, "abort")).toHaveLength(0);
      await fine();
    },
  );

  test("leaves nothing there when it is cancelled", async () => {
    const watched = new Watched();
    const { arm: idle, fine } = await make();
    const cancel = async (): Promise<unknown> => {
      const controller = new AbortController();
      const { signal } = controller;
      const selecting = watched.add(select({ idle }, { signal: watched.add(signal) }));
      controller.abort("cancelled");
      return selecting.catch((reason: unknown) => reason);
    };
    for (let i = 0; i < 1000; i++) expect(await cancel()).toBe("cancelled");
    expect(await watched.alive()).toBe(0);
    await fine();
  });
});

test.each([true, false])("an arm that was selected from is let go, with fair: %s", async (fair) => {
  const watched = new Watched();
  const ask = async (): Promise<void> => {
    const stranger = watched.add(making(1, watched)[Symbol.asyncIterator]());
    const client = watched.add(new Channel<object>().client());
    await select({ client, stranger }, { fair });
  };
  for (let i = 0; i < 100; i++) await ask();
  expect(await watched.alive()).toBe(0);
});

describe("merge", () => {
  test("ReactiveX/IxJS#322: asks a slow source once, however much comes from the others", async () => {
    const watched = new Watched();
    const slow = new Feed(new Channel<object>({ limit: 1 }));
    const busy = new Feed();
    const all = merge(slow.client, busy.client);
    const pass = async (item: object): Promise<void> => {
      busy.send(item);
      await take(all);
    };
    for (let i = 0; i < 1000; i++) await pass(watched.add({}));
    expect(await watched.alive()).toBe(0);
    const before = await heap();
    for (let i = 0; i < MANY; i++) await pass({});
    expect((await heap()) - before).toBeLessThan(FLAT);
    // A second request would have been one too many. The first takes the item.
    const last = {};
    slow.send(last);
    expect((await all.next()).value).toBe(last);
    await all.return();
  });

  test("lets go of what it has had from an idle source when another fails", async () => {
    const watched = new Watched();
    const slow = new Feed(watched.add(new Channel<object>()));
    const failing = new Feed();
    const server = await (async () => {
      const all = watched.add(merge(slow.client, failing.client));
      slow.send(watched.add({}));
      await take(all);
      const request = all.next();
      const opened = await failing.opened;
      await opened.throw(new Error("failed"));
      await expect(request).rejects.toThrow("failed");
      return opened;
    })();
    expect(await watched.alive(1)).toBe(1); // the channel of the idle source
    expect(slow.channel.closed).toBe(true);
    expect(server.signal.aborted).toBe(true);
  });
});

describe.each<[name: string, policy: { overflow?: Overflow; capacity: number }]>([
  ["that drops the oldest", { capacity: 100, overflow: "drop-oldest" }],
  ["that drops the newest", { capacity: 100, overflow: "drop-newest" }],
  ["of the latest value", { capacity: 1, overflow: "drop-oldest" }],
])("a buffer %s", (_, policy) => {
  test("holds as many items as it keeps, and none when it is left", async () => {
    const watched = new Watched();
    const feed = new Feed();
    const all = buffer(feed.client, policy);
    const dropped = async (): Promise<void> => {
      feed.send({});
      await take(all);
      for (let i = 0; i < 1000; i++) feed.send(watched.add({}));
    };
    await dropped();
    // The loop that asks its source may hold on to the one that it had last, and Node 20 to the one before.
    const most = policy.capacity + 2;
    expect(await watched.alive(most)).toBeLessThanOrEqual(most);
    await take(all, policy.capacity);
    expect(await watched.alive(2)).toBeLessThanOrEqual(2);
    await all.return();
    expect(await watched.alive()).toBe(0);
    expect(feed.channel.closed).toBe(true);
  });
});

type Subscribe = (options?: { capacity: number }) => Flow;

describe.each<[name: string, make: (source: AsyncIterable<object>) => { subscribe: Subscribe }]>([
  ["broadcast", broadcast],
  ["distribute", distribute],
])("%s", (_, make) => {
  const leavings: Readonly<Record<string, (consumer: Flow) => Promise<unknown>>> = {
    "that never asked": (consumer) => consumer.return(undefined),
    "that waits": async (consumer) => {
      const request = consumer.next();
      await settled();
      await consumer.return(undefined);
      await request;
    },
  };

  test.each(Object.entries(leavings))("lets go of 10,000 consumers %s", async (_way, leave) => {
    const watched = new Watched();
    const feed = new Feed();
    const shared = make(feed.client);
    const staying = shared.subscribe();
    const request = staying.next();
    for (let i = 0; i < 10_000; i++) await leave(watched.add(shared.subscribe()));
    expect(await watched.alive()).toBe(0);
    feed.send({ first: true });
    expect((await request).value).toEqual({ first: true });
    await staying.return(undefined);
  });

  test("lets go of consumers that do not come back for the end", async () => {
    const watched = new Watched();
    const feed = new Feed();
    const shared = make(feed.client);
    const join = (options?: { capacity: number }): void => {
      for (let i = 0; i < 100; i++) watched.add(shared.subscribe(options));
    };
    const staying = shared.subscribe();
    join({ capacity: 20 });
    for (let i = 0; i < 10; i++) feed.send(watched.add({}));
    await take(staying, 10);
    const request = staying.next();
    await settled();
    join(); // later than the request for which a broadcast would have waited for them
    await feed.end();
    expect(await request).toEqual({ value: undefined, done: true });
    join();
    expect(await watched.alive()).toBe(0);
    expect(await shared.subscribe().next()).toEqual({ value: undefined, done: true });
  });
});

describe("broadcast", () => {
  test("lets go of what 10,000 consumers had in buffers of their own", async () => {
    const watched = new Watched();
    const feed = new Feed();
    const shared = broadcast(feed.client);
    const staying = shared.subscribe();
    const pass = async (): Promise<void> => {
      const leaving = watched.add(shared.subscribe({ capacity: 4 }));
      feed.send(watched.add({}));
      await take(staying);
      await leaving.return(undefined);
    };
    for (let i = 0; i < 10_000; i++) await pass();
    expect(await watched.alive()).toBe(0);
    await staying.return(undefined);
    expect(await watched.alive()).toBe(0);
    expect(feed.channel.closed).toBe(true);
  });
});

describe("distribute", () => {
  interface Case {
    readonly leaving: Flow;
    readonly staying: Flow;
    give(): Promise<void>;
  }
  const cases: Readonly<Record<string, (one: Case) => Promise<unknown>>> = {
    "whose consumer had left before": async ({ leaving, give }) => {
      await leaving.return(undefined);
      await give();
    },
    "that came when all had left": async ({ leaving, staying, give }) => {
      await Promise.all([leaving.return(undefined), staying.return(undefined)]);
      await give();
    },
    "that nobody asked for again": async ({ leaving, staying, give }) => {
      await give();
      await Promise.all([staying.return(undefined), leaving.return(undefined)]);
    },
  };

  test.each(Object.entries(cases))("lets go of an item %s", async (_, leave) => {
    const watched = new Watched();
    const answer = deferred<IteratorResult<object, void>>();
    const next = () => answer.promise;
    const shared = distribute({ [Symbol.asyncIterator]: () => ({ next }) });
    const give = (): Promise<void> => {
      // Made anew whenever it is looked at, so that the source does not hold it.
      const result = { value: undefined as unknown as object, done: false as const };
      answer.resolve(Object.defineProperty(result, "value", { get: () => watched.add({}) }));
      return settled();
    };
    await (async () => {
      const [leaving, staying] = [shared.subscribe(), shared.subscribe()];
      const controller = new AbortController();
      void waiting(select({ leaving }, { signal: controller.signal }));
      await settled();
      controller.abort();
      await leave({ leaving, staying, give });
      await staying.return();
    })();
    expect(await watched.alive()).toBe(0);
    expect(await shared.subscribe().next()).toEqual({ value: undefined, done: true });
  });
});

/** Something that lives on, and events of it. */
interface Emitting {
  readonly emit: (event: object) => void;
  readonly listen: (options?: EventsOptions<unknown>) => AsyncGenerator<unknown>;
  readonly listeners: () => number;
  readonly fail?: (error: Error) => void;
}

const emitting: readonly [name: string, make: (watched: Watched) => Emitting][] = [
  [
    "an EventTarget",
    (watched) => {
      const target = new EventTarget();
      return {
        emit: (detail) => target.dispatchEvent(watched.add(new CustomEvent("item", { detail }))),
        listen: (options) => events(target, "item", options as EventsOptions<Event>),
        listeners: () => getEventListeners(target, "item").length,
      };
    },
  ],
  [
    "an EventEmitter",
    () => {
      const emitter = new EventEmitter();
      return {
        emit: (item) => emitter.emit("item", item),
        fail: (error) => emitter.emit("error", error),
        listen: (options) => events(emitter, "item", options as EventsOptions<unknown[]>),
        listeners: () => emitter.listenerCount("item") + emitter.listenerCount("error"),
      };
    },
  ],
];

describe.each(emitting)("events of %s", (_, make) => {
  interface Ending {
    readonly options?: EventsOptions<unknown>;
    readonly end: (
      emits: Emitting,
      items: AsyncGenerator<unknown>,
      controller: AbortController,
    ) => unknown;
  }
  const endings: Readonly<Record<string, Ending>> = {
    break: {
      async end(_, items) {
        for await (const item of items) if (item) break;
      },
    },
    return: { end: (_, items) => items.return(undefined) },
    "a throw": { end: (_, items) => items.throw("thrown") },
    "return while it waits": {
      async end(_, items) {
        for (let i = 0; i < 10; i++) await items.next();
        const request = items.next();
        await settled();
        await items.return(undefined);
        await request;
      },
    },
    "an abort": { end: (_emits, _items, controller) => controller.abort("aborted") },
    "an overflow": {
      options: { capacity: 12 },
      end: ({ emit }) => [1, 2, 3].forEach((i) => emit({ i })),
    },
    "what onDrop throws": {
      options: {
        capacity: 10,
        overflow: "drop-newest",
        onDrop: () => {
          throw new Error("dropped");
        },
      },
      end: ({ emit }) => emit({}),
    },
    "an error event": {
      end: ({ fail }, items) => (fail ? fail(new Error("event")) : items.return(undefined)),
    },
  };

  test.each(Object.entries(endings))("leave no listener and no event after %s", async (_, way) => {
    const watched = new Watched();
    const emits = make(watched);
    const controller = new AbortController();
    const live = async (): Promise<void> => {
      const items = watched.add(emits.listen({ ...way.options, signal: controller.signal }));
      for (let i = 0; i < 10; i++) emits.emit(watched.add({}));
      expect(emits.listeners()).toBeGreaterThan(0);
      await way.end(emits, items, controller);
      let result = await items.next();
      while (!result.done) result = await items.next();
    };
    await live().catch(() => {});
    expect(emits.listeners()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(await watched.alive()).toBe(0);
    emits.emit({});
    expect(controller.signal).toBeInstanceOf(AbortSignal);
  });

  test("leave no listener before the rest has been read, when they have failed", async () => {
    const emits = make(new Watched());
    const items = emits.listen({ capacity: 1 });
    emits.emit({});
    emits.emit({});
    expect(emits.listeners()).toBe(0);
    await items.next();
    await expect(items.next()).rejects.toBeInstanceOf(ChannelOverflow);
  });

  test("keep none that was handed over or dropped", async () => {
    const watched = new Watched();
    const emits = make(watched);
    const items = emits.listen({ capacity: 3, overflow: "drop-oldest" });
    for (let i = 0; i < 1000; i++) {
      emits.emit(watched.add({}));
      await items.next();
    }
    for (let i = 0; i < 1000; i++) emits.emit(watched.add({}));
    const each = emits.fail ? 1 : 2; // an event of a target, and its detail
    expect(await watched.alive(each * 3)).toBe(each * 3);
    await items.return(undefined);
    expect(await watched.alive()).toBe(0);
    expect(emits.listeners()).toBe(0);
  });
});

describe("callbacks", () => {
  const ways: Readonly<
    Record<string, (items: Flow, to: Pushing<object>, controller: AbortController) => unknown>
  > = {
    return: (items) => items.return(undefined),
    "a throw": (items) => items.throw("thrown"),
    "its end": (_, { end }) => end(),
    "its failure": (_, { fail }) => fail("failed"),
    "an abort": (_items, _to, controller) => controller.abort("aborted"),
    "an overflow": (_, { push }) => [1, 2, 3].forEach((i) => push({ i })),
  };

  test.each(Object.entries(ways))(
    "leave nothing after %s, though what pushes lives on",
    async (_, way) => {
      const watched = new Watched();
      const controller = new AbortController();
      const pushing: Pushing<object>[] = [];
      let undone = 0;
      const live = async (): Promise<void> => {
        const items = watched.add(
          callbacks<object>((to) => (pushing.push(to), () => undone++), {
            capacity: 12,
            signal: controller.signal,
          }),
        );
        const first = items.next();
        await settled();
        for (let i = 0; i < 11; i++) pushing[0]!.push(watched.add({}));
        await first;
        await way(items, pushing[0]!, controller);
        let result = await items.next();
        while (!result.done) result = await items.next();
      };
      await live().catch(() => {});
      expect(undone).toBe(1);
      expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
      // What pushes may hold on to the means to push, but to nothing that was pushed.
      pushing[0]!.push({});
      expect(await watched.alive(1)).toBe(1);
      pushing.length = 0;
      expect(await watched.alive()).toBe(0);
    },
  );
});

test("a consumer of broadcast with replay keeps as many items as are replayed, and no more", async () => {
  const watched = new Watched();
  const shared = broadcast(making(1000, watched), { replay: 3 });
  await take(shared.subscribe(), 1000);
  expect(await watched.alive(3)).toBe(3);
  expect(await shared.subscribe().next()).toMatchObject({ done: false });
});
