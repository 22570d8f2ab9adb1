/** No error that somebody was told of is reported as unhandled, and one that nobody was told of is. */
import { EventEmitter } from "node:events";

import { Channel, events, produce, serveAll, StreamChannel } from "coroutine-channels";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { settled } from "../support/settled.ts";

const failure = new Error("failure");
let reported: unknown[] = [];
let listeners: NodeJS.UnhandledRejectionListener[] = [];

const report = (error: unknown): void => void reported.push(error);

// Only this listener, since the test runner's would fail the run.
beforeEach(() => {
  reported = [];
  listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", report);
});

afterEach(() => {
  process.off("unhandledRejection", report);
  for (const listener of listeners) process.on("unhandledRejection", listener);
});

/** A call whose outcome the program looks at. */
const told = (call: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(call).catch((error: unknown) => error);

const silent: [string, () => Promise<unknown>][] = [
  [
    "a body that throws, whose client is told",
    async () => {
      const channel = new Channel<number>();
      void channel.serve(() => Promise.reject(failure));
      await told(channel.client().next());
    },
  ],
  [
    "a producer that throws, whose client is told",
    () => told(produce(() => Promise.reject(failure)).next()),
  ],
  [
    "a body that throws while its client leaves",
    async () => {
      const client = produce<number>(async (server) => {
        await server.send(1).catch(() => Promise.reject(failure));
      });
      await client.next();
      await told(client.return());
    },
  ],
  [
    "a body that is unwound by its client's leaving",
    async () => {
      const channel = new Channel<number>();
      void channel.serve((server) => server.send(1));
      for await (const _ of channel.client()) break;
    },
  ],
  [
    "a client that left before serve",
    async () => {
      const channel = new Channel<number>();
      await channel.client().return();
      void channel.serve(() => {});
    },
  ],
  [
    "an error that the client threw and the body let pass",
    async () => {
      const client = produce<number>((server) => server.send(1));
      await client.next();
      await told(client.throw(failure));
    },
  ],
  [
    "an error that the client threw before the start",
    async () => {
      const channel = new Channel<number>();
      void channel.serve(() => {});
      await told(channel.client().throw(failure));
    },
  ],
  [
    "a channel aborted while its body waits",
    async () => {
      const controller = new AbortController();
      const channel = new Channel<number>({ signal: controller.signal });
      void channel.serve((server) => server.send(1));
      await channel.client().next();
      controller.abort(failure);
    },
  ],
  [
    "a channel that is aborted before anybody has asked, though a body waits",
    async () => {
      const controller = new AbortController();
      const channel = new Channel<number>({ signal: controller.signal });
      void channel.serve(() => {});
      controller.abort(failure);
    },
  ],
  [
    "a body of several that throws, some of whose clients are told",
    async () => {
      const [one, two] = [new Channel<number>(), new Channel<number>()];
      void serveAll([one, two], () => Promise.reject(failure));
      await two.client().return();
      await told(one.client().next());
    },
  ],
  [
    "a lane's leaving that unwinds a body of several, whose other clients are told",
    async () => {
      const [one, two] = [new Channel<number>(), new Channel<number>()];
      void serveAll([one, two], async ([a, b]) => {
        await b.put(1);
        await a.put(1);
      });
      void two.client().next();
      await one.client().return();
      await told(two.client().next());
    },
  ],
  [
    "a body of several that all clients have left",
    async () => {
      const [one, two] = [new Channel<number>(), new Channel<number>()];
      void serveAll([one, two], ([a]) => a.put(1).then(() => a.put(2)));
      for await (const _ of one.client()) break;
      await two.client().return();
    },
  ],
  [
    "a body of several, all cut off before anybody has asked",
    async () => {
      const controller = new AbortController();
      const { signal } = controller;
      void serveAll([new Channel({ signal }), new Channel({ signal })], () => {});
      controller.abort(failure);
    },
  ],
  [
    "a send that a body does not await, and whose client leaves",
    async () => {
      const client = produce<number>(async (server) => {
        void server.send(1);
        await server.send(2);
      });
      for await (const _ of client) break;
    },
  ],
  [
    "a put that a bare server does not await, and whose client leaves",
    async () => {
      const channel = new Channel<number>();
      void channel.server().then((server) => {
        void server.put(1);
        void server.put(2);
      });
      for await (const _ of channel.client()) break;
    },
  ],
  [
    "a bare server that throws, whose client is told",
    async () => {
      const channel = new Channel<number>();
      const request = told(channel.client().next());
      const server = await channel.server();
      void server.throw(failure);
      await request;
    },
  ],
  [
    "a server's error that nobody has come for yet (@endo/stream)",
    async () => {
      const channel = new Channel<number>();
      void channel.client().next();
      const server = await channel.server();
      void server.next(1);
      void server.throw(failure);
    },
  ],
  [
    "an emitter's error that nobody has come for yet (emittery)",
    async () => {
      const emitter = new EventEmitter();
      const flow = events(emitter, "data");
      emitter.emit("data");
      emitter.emit("error", failure);
      await settled();
      await flow.next();
    },
  ],
  [
    "a return with a promise that rejects, where the call is looked at",
    async () => {
      for (const side of ["client", "server"] as const) {
        const channel = new Channel<number>();
        const request = told(channel.client().next());
        const server = await channel.server();
        await told((side === "client" ? channel.client() : server).return(Promise.reject(failure)));
        void channel.client().next();
        await request;
      }
    },
  ],
  [
    "a signal that was read, of an end that closes",
    async () => {
      const channel = new Channel<number>();
      const { signal } = channel.client();
      await channel.client().return();
      expect(signal.aborted).toBe(true);
    },
  ],
  [
    "a source that throws, whose reader is told",
    async () => {
      const channel = new StreamChannel<number>();
      // eslint-disable-next-line require-yield
      function* source(): Generator<number> {
        throw failure;
      }
      void channel.serve((writer) => writer.write(source()));
      await told(channel.client().read());
    },
  ],
  [
    "a reader that leaves a stream whose writes are not awaited by its body",
    async () => {
      const channel = new StreamChannel<number>();
      void channel.serve((writer) => writer.write([1, 2, 3]));
      for await (const _ of channel.client()) break;
    },
  ],
  [
    "a batch of an async source that fails",
    async () => {
      const channel = new StreamChannel<number>();
      async function* source(): AsyncGenerator<number> {
        yield 1;
        throw failure;
      }
      void channel.serve((writer) => writer.write(source()));
      await told(channel.client().read());
      await told(channel.client().read());
    },
  ],
];

test.each(silent)("nothing is reported for %s", async (_, program) => {
  await program();
  await settled();
  await settled();
  expect(reported).toEqual([]);
});

const loud: [string, () => Promise<unknown>][] = [
  [
    "a body that fails after a client left without waiting for it, on the bare end",
    async () => {
      const channel = new Channel<number>();
      void channel.server().then(async (server) => {
        await server.send(1).catch(() => Promise.reject(failure));
      });
      const client = channel.client();
      await client.next();
      await client.return();
    },
  ],
  [
    "a body of several that fails when all its clients have left",
    async () => {
      const channel = new Channel<number>();
      void serveAll([channel], ([server]) => server.send(1).catch(() => Promise.reject(failure)));
      for await (const _ of channel.client()) break;
    },
  ],
  [
    "a client's call that nobody looks at",
    async () => void produce(() => Promise.reject(failure)).next(),
  ],
  [
    "a body that fails when its channel has been aborted",
    async () => {
      const controller = new AbortController();
      const channel = new Channel<number>({ signal: controller.signal });
      void channel.serve(async (server) => {
        await server.send(1).catch(() => Promise.reject(failure));
      });
      await channel.client().next();
      controller.abort(new Error("aborted"));
    },
  ],
];

describe("an error is reported that nobody is told of", () => {
  test.each(loud)("as of %s", async (_, program) => {
    await program();
    await settled();
    await settled();
    expect(reported).toEqual([failure]);
  });
});
