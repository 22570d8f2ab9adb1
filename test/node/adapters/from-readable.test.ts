import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, PassThrough, Readable } from "node:stream";

import { ChannelClosed, type Client } from "coroutine-channels";
import { fromReadable, toReadable } from "coroutine-channels/node";
import { describe, expect, onTestFinished, test } from "vitest";

import { settled, state } from "../../support/settled.ts";
import { Counted } from "../../web/counted.ts";

const caught = (error: unknown): unknown => error;
const done = { value: undefined, done: true };

async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await settled();
}

/** A stream that gives nothing but what it is told to. */
const byHand = (destroy?: (error: Error | null, done: (error?: Error | null) => void) => void) =>
  new Readable({
    objectMode: true,
    read() {},
    ...(destroy && { destroy: (error, called) => destroy(error, called) }),
  });

/** All listeners of a stream, so that it shows whether one is left. */
const listeners = (stream: Readable): number =>
  stream.eventNames().reduce((sum, name) => sum + stream.listenerCount(name), 0);

describe("items", () => {
  test("are read as they are asked for, in order, by overlapping requests, too", async () => {
    const client = fromReadable<number>(Readable.from([1, 2, 3, 4]));
    expect(await Promise.all([client.receive(), client.next(), client.receive()])).toEqual([
      1,
      { value: 2, done: false },
      3,
    ]);
    expect(await client.receive()).toBe(4);
    expect(await client.next()).toEqual(done);
  });

  test("one is taken for each request, and nothing before the first", async () => {
    const source = new Counted();
    const client = fromReadable<number>(toReadable(source));
    for (let asked = 0; asked < 4; asked++) {
      await idle();
      expect(source.asked).toBeLessThanOrEqual(asked);
      expect(await client.receive()).toBe(asked + 1);
    }
    await client.return();
  });

  test("of a file come as its bytes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "adapters-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "file");
    writeFileSync(path, "x".repeat(200_000));
    let read = "";
    for await (const part of fromReadable<Buffer>(createReadStream(path))) read += String(part);
    expect(read.length).toBe(200_000);
  });

  test("that came before the end are all given", async () => {
    const stream = byHand();
    for (const item of [1, 2, 3]) stream.push(item);
    stream.push(null);
    await idle();
    const items: unknown[] = [];
    for await (const item of fromReadable(stream)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  test("come to their end though a duplex is still written to", async () => {
    const duplex = new Duplex({ read() {}, write() {}, allowHalfOpen: true });
    const client = fromReadable(duplex);
    const request = client.next();
    duplex.push(null);
    expect(await request).toEqual(done);
    duplex.destroy();
  });

  test("a cancelled receive loses none", async () => {
    const stream = byHand();
    const client = fromReadable<number>(stream);
    const controller = new AbortController();
    const received = client.receive({ signal: controller.signal }).catch(caught);
    await idle();
    controller.abort("later");
    expect(await received).toBe("later");
    stream.push(1);
    expect(await client.receive()).toBe(1);
    await client.return();
  });
});

describe("nodejs/node#34035: leaving a quiet stream", () => {
  test("destroys it at once, and settles the request that waits", async () => {
    const stream = byHand();
    const client = fromReadable(stream);
    const request = client.next();
    await idle();
    const left = client.return();
    expect(stream.destroyed).toBe(true);
    expect(await left).toEqual(done);
    expect(await request).toEqual(done);
    expect(stream.errored).toBe(null);
  });

  test("that is a socket closes the connection, on both sides", async () => {
    const listening = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void listening.close());
    await once(listening, "listening");
    const socket = connect((listening.address() as AddressInfo).port, "127.0.0.1");
    const [peer] = (await once(listening, "connection")) as [Socket];
    peer.resume().write("Hello");
    for await (const part of fromReadable<Buffer>(socket)) {
      expect(String(part)).toBe("Hello");
      const closed = once(peer, "close");
      void closed.then(() => peer.destroy());
      break;
    }
    expect(socket.destroyed).toBe(true);
  });

  test("before the first request, and in the turn of one", async () => {
    for (const ask of [false, true]) {
      const stream = byHand();
      const client = fromReadable(stream);
      const request = ask ? client.next() : undefined;
      expect(await client.return()).toEqual(done);
      expect(await (request ?? client.next())).toEqual(done);
      expect(stream.destroyed).toBe(true);
    }
  });

  test("throw() destroys it with its error, which the stream tells, too", async () => {
    const stream = byHand();
    const failure = new Error("enough");
    const heard = once(stream, "error");
    expect(await fromReadable(stream).throw(failure).catch(caught)).toBe(failure);
    expect(await heard).toEqual([failure]);
  });

  test("with an error as its value gives that back, and the stream is destroyed with it", async () => {
    const stream = byHand();
    const value = new Error("enough");
    const heard = once(stream, "error");
    const client = fromReadable(stream) as unknown as Client<unknown, void, Error>;
    expect(await client.return(value)).toEqual({ value, done: true });
    expect(await heard).toEqual([value]);
  });

  test("waits until it has closed, and rejects with an error that comes of that", async () => {
    let finish!: (error?: Error) => void;
    const stream = byHand((_error, called) => void (finish = called));
    const client = fromReadable(stream);
    const left = client.return().catch(caught);
    await idle();
    expect(await state(left)).toBe("pending");
    const failure = new Error("closing");
    finish(failure);
    expect(await left).toBe(failure);
  });

  test.each([true, false])("emitClose: %s", async (emitClose) => {
    const stream = new Readable({ read() {}, emitClose });
    expect(await fromReadable(stream).return()).toEqual(done);
  });
});

describe("errors", () => {
  test.each([0, 1, 2, 3])(
    "of a stream are the client's, the very one, after %i items",
    async (count) => {
      const stream = byHand();
      const client = fromReadable(stream);
      for (let i = 0; i < count; i++) {
        stream.push(i);
        expect(await client.receive()).toBe(i);
      }
      const failure = new Error("broken");
      stream.destroy(failure);
      await idle(); // nobody asks: it is no uncaught exception
      expect(await client.next().catch(caught)).toBe(failure);
      expect(await client.next()).toEqual(done);
      expect(await client.return()).toEqual(done);
    },
  );

  test("come after the items that the stream had", async () => {
    const stream = byHand();
    const client = fromReadable(stream);
    for (const item of [1, 2, 3]) stream.push(item);
    expect(await client.receive()).toBe(1);
    const failure = new Error("broken");
    stream.destroy(failure);
    await idle();
    expect(await client.receive()).toBe(2);
    expect(await client.receive()).toBe(3);
    expect(await client.receive().catch(caught)).toBe(failure);
  });

  test("on their way when the client leaves are told by the leaving", async () => {
    for (let gap = 0; gap < 6; gap++) {
      const stream = byHand();
      const client = fromReadable(stream);
      const request = client.next().then(() => undefined, caught);
      await idle();
      const failure = new Error("broken");
      stream.destroy(failure);
      for (let i = 0; i < gap; i++) await undefined;
      const left = await client.return().then(() => undefined, caught);
      expect([await request, left].filter((error) => error === failure)).toHaveLength(1);
    }
  });

  test("a stream that is cut does not look like one that has ended", async () => {
    const stream = byHand();
    const client = fromReadable(stream);
    const request = client.next().catch(caught);
    await idle();
    stream.destroy();
    expect(await request).toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    const cut = fromReadable(byHand().destroy());
    expect(await cut.next().catch(caught)).toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  test.each([
    [5, /type number.*Readable/],
    [null, /null/],
    [new ReadableStream(), /Readable of node:stream/],
  ])("%s is no stream: a TypeError that says what to pass", (value, message) => {
    expect(() => fromReadable(value as never)).toThrow(TypeError);
    expect(() => fromReadable(value as never)).toThrow(message);
  });
});

test.each(["ended", "failed", "left", "left while a request waited"])(
  "no listener stays on a stream that has %s",
  async (how) => {
    const stream = byHand();
    const before = listeners(stream);
    const client = fromReadable(stream);
    stream.push(1);
    await client.next();
    const request = how === "left" ? undefined : client.next().catch(caught);
    await idle();
    if (how === "ended") stream.push(null);
    else if (how === "failed") stream.destroy(new Error("broken"));
    else await client.return();
    await request;
    await idle();
    expect(listeners(stream)).toBe(before);
  },
);

test("there and back: an error that destroys the one end arrives at the other", async () => {
  const source = new PassThrough({ objectMode: true });
  const stream = toReadable(fromReadable(source));
  source.write(1);
  const items = stream[Symbol.asyncIterator]();
  expect(await items.next()).toEqual({ value: 1, done: false });
  const reason = new Error("enough");
  stream.destroy(reason);
  expect(await once(stream, "close").catch(caught)).toBe(reason);
  expect(source.errored).toBe(reason);
  expect(reason).not.toBeInstanceOf(ChannelClosed);
});
