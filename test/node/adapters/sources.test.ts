/** What the adapters of Node's streams take, what they say of what they do not take, and how they are left. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import { toDuplex, toReadable, toWritable } from "coroutine-channels/node";
import { describe, expect, onTestFinished, test } from "vitest";

import { deferred } from "../../support/deferred.ts";
import { waiting } from "../../support/outcome.ts";
import { settled, state } from "../../support/settled.ts";

const caught = (error: unknown): unknown => error;

const iterating = (iterator: unknown): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => iterator as AsyncIterator<never>,
});

describe("a source", () => {
  test("whatwg/streams#1083: may be a sync iterable", async () => {
    expect(await toReadable([1, 2]).toArray()).toEqual([1, 2]);
    expect(await toReadable(new Set("ab")).toArray()).toEqual(["a", "b"]);
  });

  test("that is sync gives promises as they are", async () => {
    const items = [Promise.resolve(1), Promise.resolve(2)];
    const stream = toReadable(items);
    await once(stream, "readable");
    expect(stream.read()).toBe(items[0]);
    stream.destroy();
  });

  test("may be an iterator of plain results", async () => {
    let i = 0;
    const plain = iterating({ next: () => ({ value: ++i, done: i > 2 }) });
    expect(await toReadable(plain).toArray()).toEqual([1, 2]);
  });

  test.each([
    ["throws", () => thrown()],
    ["rejects", async () => thrown()],
    ["gives no object", async () => 42],
  ])("whose next() %s is not closed, as a generator is not", async (_, next) => {
    let returns = 0;
    const stream = toReadable(iterating({ next, return: () => void returns++ }));
    expect(await stream.toArray().catch(caught)).toBeInstanceOf(Error);
    await settled();
    expect(returns).toBe(0);
  });
});

function thrown(): never {
  throw new Error("thrown");
}

test.each([
  ["toReadable(channel)", () => toReadable(new Channel() as never), /pass its client\(\)/],
  ["toReadable(stream channel)", () => toReadable(new StreamChannel() as never), /client\(\)/],
  ["toReadable(5)", () => toReadable(5 as never), /type number.*pass a client end/],
  ["toReadable(null)", () => toReadable(null as never), /null.*pass a client end/],
  ["toWritable(channel)", () => toWritable(new Channel() as never), /server\(\)/],
  ["toWritable(promise)", () => toWritable(new Channel().server() as never), /await/],
  ["toWritable(5)", () => toWritable(5 as never), /number.*a server end or a writer/],
  ["toDuplex(client)", () => toDuplex(new Channel().client() as never), /channel itself/],
  ["toDuplex(5)", () => toDuplex(5 as never), /number.*channel itself/],
])("%s throws a TypeError that says what to pass instead", (_, call, message) => {
  expect(call).toThrow(TypeError);
  expect(call).toThrow(message);
});

describe("destroy()", () => {
  test("leaves a quiet source at once", async () => {
    const left: unknown[] = [];
    const stream = toReadable(
      iterating({
        next: () => new Promise(() => {}),
        return: async (reason: unknown) => void left.push(reason),
      }),
    );
    stream.resume();
    await settled();
    stream.destroy();
    await once(stream, "close");
    expect(left).toEqual([undefined]);
  });

  test("is not held by one that cannot even be closed: the pipeline comes to its end", async () => {
    const stream = toReadable(
      (async function* () {
        await new Promise(() => {});
        yield 1;
      })(),
    );
    const sink = new Writable({ objectMode: true });
    const piped = waiting(pipeline(stream, sink));
    await settled();
    const reason = new Error("the browser has gone");
    sink.destroy(reason);
    expect(await piped.catch(caught)).toBe(reason);
    if (!stream.closed) await once(stream, "close").catch(caught);
  });

  test.each([0, 1, 2, 3, 4, 5])("reports an error on its way, k = %i", async (gap) => {
    const answer = deferred<never>();
    const stream = toReadable(iterating({ next: () => answer.promise }));
    stream.resume();
    const closed = once(stream, "close").then(() => undefined, caught);
    await settled();
    const failure = new Error("source");
    answer.reject(failure);
    for (let i = 0; i < gap; i++) await undefined;
    stream.destroy();
    expect(await closed).toBe(failure);
  });

  test("is no good end for whoever reads", async () => {
    for (const stream of [toReadable(new Channel().client()), toDuplex(new Channel())]) {
      const next = stream[Symbol.asyncIterator]().next();
      await settled();
      stream.destroy();
      expect(await next.catch(caught)).toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    }
  });
});

describe("an abort never looks like a good end", () => {
  const reason = new Error("job timed out");

  test("nodejs/node#63357: toReadable in a pipeline that is busy", async () => {
    const job = new AbortController();
    const client = produce<number>(
      async (server) => {
        for (let i = 0; ; i++) await server.send(i);
      },
      { signal: job.signal },
    );
    let release!: () => void;
    const sink = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (_item, _encoding, done) => void (release = done),
    });
    const piped = waiting(pipeline(toReadable(client), sink));
    await settled();
    job.abort(reason);
    await settled();
    release();
    expect(await piped.catch(caught)).toBe(reason);
  });

  test("nodejs/node#63967: a response that was cut does not look whole", async () => {
    const job = new AbortController();
    let piped: Promise<unknown> | undefined;
    const server = createServer((_request, response) => {
      const parts = produce<Buffer>(
        async (end) => {
          for (let i = 0; i < 10; i++) await end.send(Buffer.alloc(1 << 20, "x"));
        },
        { signal: job.signal },
      );
      piped = waiting(pipeline(toReadable(parts), response));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const request = get({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    let size = 0;
    const reading = (async () => {
      for await (const part of response) {
        if (size === 0) job.abort(reason);
        size += (part as Buffer).length;
      }
    })();
    expect(await reading.catch(caught)).toMatchObject({ code: "ECONNRESET" });
    expect(size).toBeLessThan(10 << 20);
    expect(await piped!.catch(caught)).toBe(reason);
  });

  test.each(["between two writes", "while a write waits"])("toWritable, %s", async (when) => {
    const job = new AbortController();
    const channel = new Channel<number>({ signal: job.signal });
    const source = new Readable({ objectMode: true, read() {} });
    const serving = channel.serve((server) => pipeline(source, toWritable(server)));
    const client = channel.client();
    const first = client.next();
    source.push(1);
    await first;
    if (when === "between two writes") void waiting(client.next());
    await settled();
    job.abort(reason);
    await settled();
    await settled();
    // It is not awaited, and no unhandled rejection, since the client is told.
    expect(await state(serving)).toEqual({ error: reason });
    expect(source.destroyed).toBe(true);
  });

  test("toDuplex, though no chunk is written to hear of it", async () => {
    const job = new AbortController();
    const channel = new Channel<number, number>({ signal: job.signal });
    void channel.serve(async (server) => {
      for (let item = await server.receive(); ;) item = await server.send(item);
    });
    const duplex = toDuplex(channel);
    const items = duplex[Symbol.asyncIterator]();
    duplex.write(1);
    expect(await items.next()).toEqual({ value: 1, done: false });
    const next = items.next();
    await settled();
    job.abort(reason);
    expect(await next.catch(caught)).toBe(reason);
  });
});

test("a chunk that is written as the server's body sends in its cleanup is not taken by it", async () => {
  const channel = new Channel<string, string>();
  const taken: unknown[] = [];
  const served = channel.serve(async (server) => {
    try {
      taken.push(await server.send("A"));
    } finally {
      await server.send("Bye").catch(caught);
    }
  });
  const duplex = toDuplex(channel).on("error", () => {});
  expect(await duplex[Symbol.asyncIterator]().next()).toEqual({ value: "A", done: false });
  const told = new Promise((resolve) => duplex.write("late", resolve));
  await settled();
  duplex.destroy(new Error("enough"));
  const error = (await told) as ChannelClosed;
  expect(error).toBeInstanceOf(ChannelClosed);
  expect(error.undelivered).toBe(true);
  void channel.client().next();
  await settled();
  expect(taken).toEqual([]);
  void served;
});
