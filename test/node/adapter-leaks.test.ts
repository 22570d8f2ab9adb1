/** The adapters leave nothing behind, whatever lives on. Needs `--expose-gc`, and counts no time. */
import { getEventListeners, once } from "node:events";
import type { Readable } from "node:stream";

import { Channel, StreamChannel, type Client, type Server, type Writer } from "coroutine-channels";
import { fromReadable, toDuplex, toReadable, toWritable } from "coroutine-channels/node";
import {
  fromReadableStream,
  toEventStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { Watched } from "../support/garbage.ts";
import { expectNothingLeft, type Held } from "../support/held.ts";
import { waiting } from "../support/outcome.ts";
import { settled } from "../support/settled.ts";

/** What is read from. */
interface Reading {
  /** Resolves to whether there was an item. */
  take(): Promise<boolean>;
  leave(): Promise<unknown>;
}

const reading = (stream: ReadableStream<object>): Reading => {
  const reader = stream.getReader();
  return {
    take: async () => !(await reader.read()).done,
    leave: () => reader.cancel("reason"),
  };
};

const nodeReading = (stream: Readable): Reading => {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    take: async () => !(await iterator.next()).done,
    async leave() {
      const closed = once(stream, "close");
      stream.destroy();
      await closed;
    },
  };
};

const clientReading = (client: Client<object>): Reading => ({
  take: async () => !(await client.next()).done,
  leave: () => client.return(),
});

/** Until somebody looks at its stack, an error holds what was there: one may live on, as the reason of an ending. */
function withoutStacks(): void {
  const { stackTraceLimit } = Error;
  beforeEach(() => {
    Error.stackTraceLimit = 0;
  });
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
}

async function* passed(items: AsyncIterable<object>) {
  for await (const item of items) yield item;
}

type Adapt = (channel: Channel<object, object>, watched: Watched) => Reading;

const readables: readonly [name: string, adapt: Adapt][] = [
  [
    "toReadableStream",
    (channel, watched) => reading(watched.add(toReadableStream(channel.client()))),
  ],
  [
    "toEventStream",
    (channel, watched) =>
      reading(watched.add(toEventStream(channel.client(), { heartbeat: 100_000 }))),
  ],
  [
    "fromReadableStream",
    (channel, watched) => {
      const stream = watched.add(toReadableStream(channel.client()));
      return clientReading(watched.add(fromReadableStream(stream)));
    },
  ],
  [
    "toTransformStream of a function",
    (channel, watched) => {
      const stage = toTransformStream(passed);
      watched.add(stage.readable);
      watched.add(stage.writable);
      return reading(toReadableStream(channel.client()).pipeThrough(stage));
    },
  ],
  [
    "toTransformStream of a channel",
    (channel, watched) => {
      const { readable, writable } = toTransformStream(channel);
      const writer = watched.add(writable).getWriter();
      const stream = reading(watched.add(readable));
      return {
        take() {
          void waiting(writer.write({}));
          return stream.take();
        },
        async leave() {
          void waiting(writer.close());
          await stream.leave();
        },
      };
    },
  ],
  ["toReadable", (channel, watched) => nodeReading(watched.add(toReadable(channel.client())))],
  [
    "fromReadable",
    (channel, watched) => {
      const stream = watched.add(toReadable(channel.client()));
      return clientReading(watched.add(fromReadable<object>(stream)));
    },
  ],
  [
    "toDuplex",
    (channel, watched) => {
      const duplex = watched.add(toDuplex(channel));
      const stream = nodeReading(duplex);
      return {
        take() {
          duplex.write({});
          return stream.take();
        },
        leave: stream.leave,
      };
    },
  ],
];

/** What the server does once it has been asked, and what is done with the stream then. */
interface Way {
  readonly serve?: (server: Server<object, object>, controller: AbortController) => unknown;
  readonly use: (stream: Reading) => Promise<unknown>;
}

async function takeAll(stream: Reading): Promise<void> {
  while (await stream.take());
}

const ways: Readonly<Record<string, Way>> = {
  "its source has ended": { serve: (server) => server.return(), use: takeAll },
  "its source has failed": { serve: (server) => server.throw(new Error()), use: takeAll },
  "its source was aborted": { serve: (_, controller) => controller.abort({}), use: takeAll },
  "it was left before the first item": { use: (stream) => stream.leave() },
  "it was left after an item": {
    async use(stream) {
      await stream.take();
      await stream.leave();
    },
  },
  "it was left while it waited": {
    async use(stream) {
      await stream.take();
      const request = waiting(stream.take());
      await settled();
      await stream.leave();
      await request;
    },
  },
};

/** What lives on. */
async function live(adapt: Adapt, way: Way, watched: Watched): Promise<Held> {
  const controller = new AbortController();
  const channel = watched.add(new Channel<object, object>({ signal: controller.signal }));
  const held: Held = { channel, controller };
  void channel.server().then((server) => {
    held.server = server;
    void waiting(server.next(watched.add({})));
    void way.serve?.(server, controller);
  }, String);
  const stream = watched.add(adapt(channel, watched));
  await way.use(stream).catch(() => {});
  return held;
}

describe.each(readables)("%s", (_, adapt) => {
  withoutStacks();

  test.each(Object.entries(ways))("leaves nothing when %s", async (_way, way) => {
    const watched = new Watched();
    const held = await live(adapt, way, watched);
    await expectNothingLeft(held, watched);
  });
});

/** What is written to. */
interface Writing {
  write(item: object): Promise<unknown>;
  close(): Promise<unknown>;
  abort(reason: Error): Promise<unknown>;
}

type SendingEnd = Server<object> | Writer<object>;

const writables: readonly [name: string, adapt: (end: SendingEnd, watched: Watched) => Writing][] =
  [
    [
      "toWritableStream",
      (end, watched) => {
        const writer = watched.add(toWritableStream(end)).getWriter();
        void waiting(writer.closed);
        return {
          write: (item) => waiting(writer.write(item)),
          close: () => writer.close(),
          abort: (reason) => writer.abort(reason),
        };
      },
    ],
    [
      "toWritable",
      (end, watched) => {
        const stream = watched.add(toWritable(end)).on("error", () => {});
        return {
          write: (item) => new Promise((resolve) => stream.write(item, resolve)),
          close: () => new Promise<void>((resolve) => stream.end(resolve)),
          async abort(reason) {
            const closed = once(stream, "close");
            stream.destroy(reason);
            await waiting(closed).catch(() => {});
          },
        };
      },
    ],
  ];

/** What the reader of what is written, or the writer, does after an item. */
const ends: Readonly<
  Record<
    string,
    (
      client: AsyncGenerator<object>,
      stream: Writing,
      controller: AbortController,
    ) => Promise<unknown> | void
  >
> = {
  "it was closed": (client, stream) => Promise.all([client.next(), stream.close()]),
  "it was aborted": (_, stream) => stream.abort(new Error("aborted")),
  "its reader has left": (client) => client.return(undefined),
  "its reader has thrown": (client) => client.throw(new Error("thrown")),
  "its channel was aborted": (_client, _stream, controller) => controller.abort(new Error()),
};

const channels: readonly [name: string, make: (signal: AbortSignal) => Ends][] = [
  ["a server end", (signal) => new Channel<object>({ signal })],
  ["a writer", (signal) => new StreamChannel<object>({ signal })],
];
interface Ends {
  client(): AsyncGenerator<object, void, void>;
  server(): Promise<SendingEnd>;
  readonly closed: boolean;
}

describe.each(writables)("%s", (_, adapt) => {
  withoutStacks();

  describe.each(channels)("of %s", (_kind, make) => {
    test.each(Object.entries(ends))("leaves nothing with it when %s", async (_way, way) => {
      const watched = new Watched();
      const controller = new AbortController();
      const channel = make(controller.signal);
      const client = channel.client();
      const end = await (async () => {
        const first = client.next();
        const server = await channel.server();
        const stream = adapt(server, watched);
        const written = stream.write(watched.add({}));
        await first;
        await way(client, stream, controller)?.catch(() => {});
        await client.next().catch(() => {}); // hears of the end, and answers what still waits
        await written.catch(() => {});
        return server;
      })();
      await settled();
      expect(channel.closed).toBe(true);
      expect(await watched.alive()).toBe(0);
      expect(getEventListeners(end.signal, "abort")).toHaveLength(0);
      expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    });
  });
});

/** Streams of as many items, each made when it is asked for. */
const passing: readonly [name: string, pass: (items: AsyncIterable<object>) => Reading][] = [
  ["toReadableStream", (items) => reading(toReadableStream(items))],
  ["toEventStream", (items) => reading(toEventStream(items, { heartbeat: 100_000 }))],
  ["fromReadableStream", (items) => clientReading(fromReadableStream(toReadableStream(items)))],
  [
    "toTransformStream of a function",
    (items) => reading(toReadableStream(items).pipeThrough(toTransformStream(passed))),
  ],
  [
    "toTransformStream of a channel",
    (items) => {
      const channel = new Channel<object, object>();
      void channel.serve(async (server) => {
        for (let item = await server.receive(); ;) item = await server.send(item);
      });
      return reading(toReadableStream(items).pipeThrough(toTransformStream(channel)));
    },
  ],
  [
    "toWritableStream",
    (items) => {
      const channel = new Channel<object>();
      void channel.serve((server) => toReadableStream(items).pipeTo(toWritableStream(server)));
      return clientReading(channel.client());
    },
  ],
  ["toReadable", (items) => nodeReading(toReadable(items))],
  ["fromReadable", (items) => clientReading(fromReadable<object>(toReadable(items)))],
  [
    "toWritable",
    (items) => {
      const channel = new Channel<object>();
      void channel.serve(async (server) => {
        const stream = toReadable(items).pipe(toWritable(server));
        await once(stream, "close");
      });
      return clientReading(channel.client());
    },
  ],
  [
    "toDuplex",
    (items) => {
      const channel = new Channel<object, object>();
      void channel.serve(async (server) => {
        for (let item = await server.receive(); ;) item = await server.send(item);
      });
      return nodeReading(toReadable(items).pipe(toDuplex(channel)));
    },
  ],
];

test.each(passing)(
  "%s keeps none of 1000 items that have passed, but the last",
  async (_, pass) => {
    const watched = new Watched();
    let made = 0;
    const stream = pass({
      [Symbol.asyncIterator]: () => ({
        next: async () =>
          made++ < 1000 ? { value: watched.add({}), done: false } : new Promise(() => {}),
      }),
    });
    await (async () => {
      for (let i = 0; i < 1000; i++) await stream.take();
    })();
    // The last, whose sender waits.
    expect(await watched.alive(1)).toBeLessThanOrEqual(1);
    expect(made).toBeGreaterThanOrEqual(1000);
  },
);
