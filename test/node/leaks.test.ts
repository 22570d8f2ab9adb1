/** Nothing stays behind: no listener, no item, no channel. Needs `--expose-gc`, and counts no time. */
import { getEventListeners } from "node:events";

import { Channel, produce, serveAll, StreamChannel } from "coroutine-channels";
import type { Client, Server } from "coroutine-channels";
import { describe, expect, test } from "vitest";

import { FLAT, gone, heap } from "../support/garbage.ts";
import { waiting } from "../support/outcome.ts";
import { byScope } from "../support/scope.ts";
import { settled } from "../support/settled.ts";

/** So many that a few bytes for each would show. */
const MANY = byScope({ part: 100_000, usual: 300_000, long: 1_000_000 });

describe("very many cancelled calls", () => {
  test("on one signal that lives on, withdrawn one by one, leave no listener and no memory", async () => {
    const channel = new Channel<number, object>({ limit: Infinity });
    const client = channel.client();
    const alive = new AbortController();
    void client.next();
    const server = await channel.server();
    void waiting(server.next(1));
    void waiting(client.receive({ signal: alive.signal }));
    const calls = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const controller = new AbortController();
        const call = waiting(client.send({ big: i }, { signal: controller.signal }));
        controller.abort(i);
        if (i % 1000 === 0) await call.catch(() => {});
      }
    };
    // Also until the table of signals has its size, which is that of those that live between two collections.
    await calls(200_000);
    const before = await heap();
    await calls(MANY);
    expect((await heap()) - before).toBeLessThan(FLAT);
    expect(getEventListeners(alive.signal, "abort")).toHaveLength(1);
  }, 120_000);

  test("that had been handed over leave no listener and no memory", async () => {
    const channel = new Channel<number>();
    const client = channel.client();
    const lived = new AbortController();
    const converse = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        // The one signal of a program that runs for long, and one that ends the call.
        const call = client.receive({ signal: lived.signal });
        if (i === 0) void waiting(client.receive({ signal: AbortSignal.abort() }));
        await call;
      }
    };
    const serving = waiting(
      channel.serve(async (server) => {
        for (let i = 0; ; i++) await server.send(i, { signal: lived.signal });
      }),
    );
    await converse(20_000);
    const before = await heap();
    await converse(MANY);
    expect((await heap()) - before).toBeLessThan(FLAT);
    expect(getEventListeners(lived.signal, "abort").length).toBeLessThanOrEqual(1);
    await client.return();
    await serving;
    expect(getEventListeners(lived.signal, "abort")).toHaveLength(0);
  }, 120_000);

  test("on one signal that aborts leave no listener", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const channel = new Channel<number>({ limit: Infinity });
    const calls = Array.from({ length: 10_000 }, () =>
      waiting(channel.client().receive({ signal })),
    );
    controller.abort("reason");
    await Promise.allSettled(calls);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

test("thousands of channels on one signal leave no listener and no memory", async () => {
  const { signal } = new AbortController();
  const live = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const channel = new Channel<number>({ signal });
      await channel.client().return();
    }
  };
  await live(1000);
  const before = await heap();
  await live(20_000);
  expect((await heap()) - before).toBeLessThan(FLAT);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
}, 120_000);

interface Ends {
  readonly client: Client<object, object>;
  readonly server: Server<object, object>;
}

async function open(): Promise<Ends> {
  const channel = new Channel<object, object>();
  const client = channel.client();
  void client.next();
  return { client, server: await channel.server() };
}

const disposals: [string, (ends: Ends) => Promise<WeakRef<object>>][] = [
  [
    "delivered, while its sender still waits",
    async ({ client, server }) => {
      void waiting(server.next({}));
      const item = {};
      void waiting(server.next(item));
      await client.next({});
      return new WeakRef(item);
    },
  ],
  [
    "answered with",
    async ({ client, server }) => {
      void waiting(server.next({}));
      const item = {};
      void waiting(client.next(item));
      await settled();
      return new WeakRef(item);
    },
  ],
  [
    "put, and answered",
    async ({ client, server }) => {
      await server.put({});
      const item = {};
      const putting = waiting(client.put(item));
      await server.receive();
      await putting;
      return new WeakRef(item);
    },
  ],
  [
    "refused where another answer had to be taken",
    async ({ client, server }) => {
      await server.put({});
      void waiting(client.next({}));
      const item = {};
      await waiting(server.put(item)).catch(() => {});
      return new WeakRef(item);
    },
  ],
  [
    "withdrawn",
    async ({ client }) => {
      const item = {};
      const controller = new AbortController();
      void waiting(client.send({}));
      void waiting(client.send(item, { signal: controller.signal }));
      controller.abort("reason");
      await settled();
      return new WeakRef(item);
    },
  ],
  [
    "refused at the end",
    async ({ client, server }) => {
      const item = {};
      const sends = [server.next({}), server.next({}), server.next(item)].map(waiting);
      await client.return();
      await Promise.all(sends);
      return new WeakRef(item);
    },
  ],
  [
    "dropped with an answer to a cancelled call",
    async ({ client, server }) => {
      const controller = new AbortController();
      void waiting(server.send({}, { signal: controller.signal }));
      controller.abort("reason");
      const item = {};
      void waiting(client.next(item));
      void waiting(server.next({}));
      await settled();
      return new WeakRef(item);
    },
  ],
];

test.each(disposals)(
  "an item that was %s can be collected, though the channel lives",
  async (_, make) => {
    const ends = await open();
    const reference = await make(ends);
    expect(await gone(reference)).toBe(true);
    expect(ends.client.signal).not.toBe(ends.server.signal);
  },
);

test("an item that waits is held", async () => {
  const { client, server } = await open();
  const reference = (() => {
    const item = {};
    void waiting(client.next(item));
    return new WeakRef(item);
  })();
  expect(await gone(reference)).toBe(false);
  void waiting(server.next({}));
  void waiting(server.next({}));
  expect(await gone(reference)).toBe(true);
});

const abandoned: [string, () => Promise<WeakRef<object>>][] = [
  ["a channel whose ends nobody holds", async () => new WeakRef((await open()).client)],
  [
    "a channel in whose body nobody will ask for more",
    async () => {
      const client = produce<number>(async (server) => {
        for (let i = 0; ; i++) await server.send(i);
      });
      await client.next();
      return new WeakRef(client);
    },
  ],
  [
    "a channel whose signal lives on, after its end",
    async () => {
      const channel = new Channel({ signal: living.signal });
      await channel.client().return();
      return new WeakRef(channel);
    },
  ],
  [
    "a stream that waits for its writer",
    async () => {
      const channel = new StreamChannel<number>();
      void waiting(channel.client().read(5));
      return new WeakRef(channel);
    },
  ],
  [
    "a channel in whose place an answer waits that nobody will take",
    async () => {
      const { client, server } = await open();
      await server.put({});
      void waiting(client.next({}));
      return new WeakRef(client);
    },
  ],
  [
    "a body of several that nobody asks",
    async () => {
      const channel = new Channel();
      void serveAll([channel, new Channel()], () => {});
      return new WeakRef(channel);
    },
  ],
  [
    "a body of several whose channels nobody holds",
    async () => {
      const [one, two] = [new Channel<number>(), new Channel<number>()];
      void serveAll([one, two], async ([a, b]) => {
        for (;;) await Promise.all([a.put(1), b.put(1)]);
      });
      await one.client().next();
      return new WeakRef(two);
    },
  ],
  ["a channel that was never used", async () => new WeakRef(new Channel())],
];
const living = new AbortController();

test.each(abandoned)("anomalyco/opencode#34977: %s can be collected", async (_, make) => {
  const reference = await make();
  expect(await gone(reference)).toBe(true);
});

test("a stream's items that were taken can be collected, though the rest is there", async () => {
  const channel = new StreamChannel<object>();
  void waiting(channel.serve((writer) => writer.write([{}, {}, {}].values())));
  const reader = channel.client();
  const reference = await reader.read(1).then(([item]) => new WeakRef(item!));
  const held = await reader.next();
  expect(await gone(reference)).toBe(false); // the array's own iterator holds it
  await reader.return();
  expect(await gone(reference)).toBe(true);
  expect(held.done).toBe(false);
});
