/** A call's listener on its signal is removed, however the call settles. */
import {
  Channel,
  events,
  produce,
  select,
  serveAll,
  StreamChannel,
  type Client,
  type Server,
} from "coroutine-channels";
import { expect, test } from "vitest";

import { onAbort } from "../src/core/abort.ts";
import { done, outcome, waiting } from "./support/outcome.ts";
import { settled } from "./support/settled.ts";

/** A signal that knows who listens to it. */
class CountedController extends AbortController {
  readonly listeners = new Set<unknown>();
  added = 0;

  constructor() {
    super();
    const { signal, listeners } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
      this.added++;
      listeners.add(listener);
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
      listeners.delete(listener);
      remove(type, listener);
    };
  }
}

interface Scene {
  readonly controller: CountedController;
  readonly channel: Channel<number, number>;
  readonly client: Client<number, number>;
  readonly server: Server<number, number>;
}

async function scene(options = {}): Promise<Scene> {
  const channel = new Channel<number, number>(options);
  const client = channel.client();
  void waiting(client.next());
  return { controller: new CountedController(), channel, client, server: await channel.server() };
}

type Path = (scene: Scene) => unknown;

const paths: [string, Path][] = [
  ["answered", ({ client }) => waiting(client.next(1))],
  ["cancelled after the hand-over", ({ controller }) => controller.abort()],
  ["ended by the other end", ({ client }) => client.return()],
  ["thrown into", ({ client }) => waiting(client.throw(new Error("error")))],
];

test.each(paths)("a send that is %s leaves no listener", async (_, path) => {
  const all = await scene();
  const { controller, server } = all;
  const sending = waiting(server.send(1, { signal: controller.signal }));
  expect(controller.listeners.size).toBe(1);
  path(all);
  expect(await outcome(sending)).not.toBe("waits");
  expect(controller.listeners.size).toBe(0);
});

test("a put that is taken leaves no listener, nor one that is withdrawn", async () => {
  const { client, server, controller } = await scene();
  const { signal } = controller;
  const puts = [server.put(1, { signal }), server.put(2, { signal }), server.put(3, { signal })];
  for (const put of puts) void waiting(put);
  await puts[0];
  expect(controller.listeners.size).toBe(1);
  void waiting(client.next());
  await puts[1];
  controller.abort("reason");
  expect(await outcome(puts[2]!)).toEqual({ rejects: "reason" });
  expect(controller.listeners.size).toBe(0);
});

test.each(paths)("a receive that is %s leaves no listener", async (_, path) => {
  const all = await scene();
  const { controller, server } = all;
  const receiving = waiting(server.receive({ signal: controller.signal }));
  path(all);
  expect(await outcome(receiving)).not.toBe("waits");
  expect([controller.added, controller.listeners.size]).toEqual([1, 0]);
});

test("a client's call that ends with the server leaves no listener", async () => {
  const { client, server, controller } = await scene();
  const call = waiting(client.send(1, { signal: controller.signal }));
  await server.return();
  expect(await outcome(call)).not.toBe("waits");
  expect([controller.added, controller.listeners.size]).toEqual([1, 0]);
});

test("a call withdrawn before the hand-over leaves no listener", async () => {
  const { client, controller } = await scene();
  const { signal } = controller;
  const calls = [client.send(1, { signal }), client.send(2, { signal })].map(waiting);
  controller.abort();
  for (const call of calls) expect(await outcome(call)).not.toBe("waits");
  expect([controller.added, controller.listeners.size]).toEqual([1, 0]);
});

test("a call that is one too many leaves no listener", async () => {
  const { client, controller } = await scene({ limit: 1 });
  expect(await outcome(client.send(1, { signal: controller.signal }))).not.toBe("waits");
  expect(controller.listeners.size).toBe(0);
});

test("a call that is refused at an open place leaves no listener, whether it had to wait or not", async () => {
  const { client, server, controller } = await scene();
  await server.put(1);
  const { signal } = controller;
  const early = waiting(server.send(2, { signal }));
  void waiting(client.next(1));
  const late = [waiting(server.send(3, { signal })), waiting(server.put(4, { signal }))];
  for (const call of [early, ...late]) {
    expect(await outcome(call)).toEqual({ rejects: expect.any(TypeError) });
  }
  expect([controller.added, controller.listeners.size]).toEqual([3, 0]);
});

test.each([
  ["opened", (client: Client<number>) => waiting(client.next())],
  ["left", (client: Client<number>) => client.return()],
])("server() and serve() leave no listener when the channel is %s", async (_, act) => {
  for (const verb of ["server", "serve"] as const) {
    const controller = new CountedController();
    const { signal } = controller;
    const channel = new Channel<number>();
    const call: Promise<unknown> =
      verb === "server" ? channel.server({ signal }) : channel.serve(() => {}, { signal });
    void waiting(call);
    void act(channel.client());
    expect(await outcome(call)).not.toBe("waits");
    expect([controller.added, controller.listeners.size]).toEqual([1, 0]);
  }
});

test.each([
  ["a client asks", (client: Client<number>) => waiting(client.next())],
  ["its clients leave", (client: Client<number>) => client.return()],
])("serveAll() leaves no listener when %s", async (_, act) => {
  const controller = new CountedController();
  const channel = new Channel<number>();
  const serving = waiting(serveAll([channel], () => {}, { signal: controller.signal }));
  expect(controller.listeners.size).toBe(1);
  void act(channel.client());
  expect(await outcome(serving)).not.toBe("waits");
  expect([controller.added, controller.listeners.size]).toEqual([1, 0]);
});

const ends: [string, Path][] = [
  ["the server returns", ({ server }) => server.return()],
  ["the server throws", ({ server }) => waiting(server.throw(new Error("error")))],
  ["the client leaves", ({ client }) => client.return()],
];

test.each(ends)("a channel leaves no listener on its own signal when %s", async (_, end) => {
  const controller = new CountedController();
  const all = await scene({ signal: controller.signal });
  expect(controller.listeners.size).toBe(1);
  await end(all);
  expect(controller.listeners.size).toBe(0);
});

test.each([1, 20_000])(
  "kind 5: of %i that throw because of a signal, none keeps another from being told",
  async (count) => {
    const failure = new Error("failure");
    const listeners: (() => void)[] = [];
    const signal = {
      aborted: false,
      reason: "reason",
      addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
      removeEventListener() {},
    } as unknown as AbortSignal;
    for (let i = 0; i < count; i++) {
      onAbort(signal, () => {
        throw failure;
      });
    }
    const call = waiting(new Channel<number>().client().receive({ signal }));
    expect(listeners).toHaveLength(1);
    expect(() => listeners[0]!()).toThrow(failure);
    expect(await outcome(call)).toEqual({ rejects: "reason" });
  },
);

test("kind 3: a body that begins to listen only after its client has left is told, too", async () => {
  let told = 0;
  const client = produce<number>(async (server) => {
    await settled();
    await new Promise<void>((resolve) => {
      server.signal.addEventListener("abort", () => {
        told++;
        resolve();
      });
    });
  });
  const request = client.next();
  expect(await client.return()).toEqual({ value: undefined, done: true });
  expect(await outcome(request)).toEqual(done());
  expect(told).toBe(1);
});

test("nodejs/node#65298: a call with a signal that has aborted already adds no listener", async () => {
  const { server, controller } = await scene();
  controller.abort();
  expect(await outcome(server.send(1, { signal: controller.signal }))).not.toBe("waits");
  expect(controller.added).toBe(0);
});

const many: [string, (signal: AbortSignal) => Promise<unknown>][] = [
  ["receives of one end", (signal) => one.client().receive({ signal })],
  ["receives of many ends", (signal) => new Channel<number>().client().receive({ signal })],
  ["server ends that are waited for", (signal) => new Channel<number>().server({ signal })],
  ["channels of their own", (signal) => new Channel<number>({ signal }).client().receive()],
  ["reads of a stream", (signal) => new StreamChannel<number>().client().read(2, { signal })],
  ["selections", (signal) => select({ one: new Channel<number>().client() }, { signal })],
  ["loops over events", (signal) => events(new EventTarget(), "event", { signal }).next()],
];
const one = new Channel<number>();

test.each(many)(
  "libp2p/js-libp2p#900, hoprnet/hoprnet#3065, ipfs/js-ipfs#4321, graphql/graphql-js#4267: a signal that ends twenty %s has one listener",
  async (_, wait) => {
    const controller = new CountedController();
    const waits = Array.from({ length: 20 }, () => waiting(wait(controller.signal)));
    await settled();
    expect([controller.added, controller.listeners.size]).toEqual([1, 1]);
    const reason = new Error("aborted");
    controller.abort(reason);
    for (const each of waits) await expect(each).rejects.toBe(reason);
    await settled();
    expect(controller.listeners.size).toBe(0);
  },
);

test("a signal goes on to end what still waits when another call has been answered", async () => {
  const controller = new CountedController();
  const { signal } = controller;
  const answered = await scene();
  const sending = waiting(answered.server.send(1, { signal }));
  const receiving = waiting(new Channel<number>().client().receive({ signal }));
  void waiting(answered.client.next(2));
  expect(await outcome(sending)).toEqual({ gives: 2 });
  expect(controller.listeners.size).toBe(1);
  controller.abort("reason");
  expect(await outcome(receiving)).toEqual({ rejects: "reason" });
});

test("nodejs/node#65298: a channel whose signal has aborted already adds no listener, and has ended", async () => {
  const controller = new CountedController();
  controller.abort("reason");
  const { signal } = controller;
  const channel = new Channel<number>({ signal });
  const stream = new StreamChannel<number>({ signal });
  expect(await outcome(channel.client().next())).not.toBe("waits");
  expect(await outcome(stream.client().read(1))).not.toBe("waits");
  expect([channel.closed, stream.closed, controller.added]).toEqual([true, true, 0]);
});

test("a stream's calls leave no listener, answered or cancelled", async () => {
  const controller = new CountedController();
  const { signal } = controller;
  const channel = new StreamChannel<number>();
  const serving = channel.serve(async (writer) => {
    await writer.send(1, { signal });
    await writer.write([2, 3], { signal });
    await writer.write(
      produce<number>((server) => server.send(4)),
      { signal },
    );
  });
  const reader = channel.client();
  expect(await reader.read(2, { signal })).toEqual([1, 2]);
  expect([...(await reader.receive({ signal }))]).toEqual([3]);
  expect(await reader.read(2, { signal })).toEqual([4]);
  await serving;
  expect(controller.added).toBeGreaterThan(0);
  expect(controller.listeners.size).toBe(0);

  const other = new StreamChannel<number>();
  const reads = [other.client().read(2, { signal }), other.client().receive({ signal })].map(
    waiting,
  );
  controller.abort();
  for (const read of reads) expect(await outcome(read)).not.toBe("waits");
  expect(controller.listeners.size).toBe(0);
});
