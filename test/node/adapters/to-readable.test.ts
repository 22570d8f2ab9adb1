import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  createWriteStream,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { once } from "node:events";
import { createGunzip, createGzip } from "node:zlib";

import { Channel, ChannelClosed, produce, StreamChannel } from "coroutine-channels";
import { toReadable } from "coroutine-channels/node";
import { describe, expect, onTestFinished, test } from "vitest";

import { settled } from "../../support/settled.ts";
import { Counted } from "../../web/counted.ts";

const caught = (error: unknown): unknown => error;

/** A stream that takes the next item when it is told to. */
function slow() {
  const taken: unknown[] = [];
  let release = () => {};
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(item, _encoding, done) {
      taken.push(item);
      release = done;
    },
  });
  return { taken, stream, release: () => release() };
}

/** Streams of Node's go on in ticks and in later turns of the event loop. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await settled();
}

describe("demand", () => {
  test("nothing is asked of the source before somebody reads, and one item for each", async () => {
    const source = new Counted();
    const items = toReadable(source)[Symbol.asyncIterator]();
    for (let reads = 0; reads < 5; reads++) {
      await idle();
      expect(source.asked).toBe(reads);
      expect(await items.next()).toEqual({ value: reads + 1, done: false });
    }
  });

  test("a stream that is full is not asked for", async () => {
    const source = new Counted();
    const { taken, stream, release } = slow();
    toReadable(source).pipe(stream);
    for (let count = 1; count < 5; count++) {
      await idle();
      expect(taken.length).toBe(count);
      expect(source.asked).toBe(count);
      release();
    }
  });

  test("a send settles when the next item is read, not before", async () => {
    const channel = new Channel<string>();
    const sent: string[] = [];
    void channel.serve(async (server) => {
      for (const item of ["A", "B"]) {
        await server.send(item);
        sent.push(item);
      }
    });
    const items = toReadable(channel.client())[Symbol.asyncIterator]();
    await items.next();
    await idle();
    expect(sent).toEqual([]);
    await items.next();
    await idle();
    expect(sent).toEqual(["A"]);
  });

  test("Readable.from, in its place, asks for an item more than is read", async () => {
    const source = new Counted();
    const items = Readable.from(source)[Symbol.asyncIterator]();
    await items.next();
    await idle();
    expect(source.asked).toBe(2);
  });

  test("Readable.from with a high-water mark of 0 does so when it is piped", async () => {
    const source = new Counted();
    const { taken, stream } = slow();
    Readable.from(source, { highWaterMark: 0 }).pipe(stream);
    await idle();
    expect(taken.length).toBe(1);
    expect(source.asked).toBe(2);
  });
});

describe("items", () => {
  test("may be anything but null, which destroys the stream", async () => {
    const client = produce<unknown>(async (server) => {
      for (const item of [0, "", false, undefined, null]) await server.send(item);
    });
    const items: unknown[] = [];
    const reading = (async () => {
      for await (const item of toReadable(client)) items.push(item);
    })();
    expect(await reading.catch(caught)).toBeInstanceOf(TypeError);
    expect(items).toEqual([0, "", false, undefined]);
  });

  test("of a stream channel's reader, lent ones included, come through", async () => {
    const channel = new StreamChannel<number>();
    void channel.serve((writer) => writer.write([1, 2, 3]));
    expect(await toReadable(channel.client()).toArray()).toEqual([1, 2, 3]);
  });
});

describe("endings", () => {
  test.each([
    { how: "end", next: () => Promise.resolve({ value: undefined, done: true as const }) },
    { how: "error", next: () => Promise.reject(new Error("broken")) },
  ])("the $how of the source is the stream's, which does not leave it again", async ({ next }) => {
    const left: unknown[] = [];
    const source = {
      [Symbol.asyncIterator]: () => ({
        next,
        return: (reason: unknown) => {
          left.push(reason);
          return Promise.resolve({ value: undefined, done: true as const });
        },
      }),
    };
    const stream = toReadable(source).on("error", () => {});
    stream.resume();
    await new Promise((resolve) => stream.on("close", resolve));
    expect(left).toEqual([]);
  });

  test("a source that cannot be left is not, and the stream closes", async () => {
    const next = async () => ({ value: 1, done: false });
    const stream = toReadable({ [Symbol.asyncIterator]: () => ({ next }) });
    const closed = once(stream, "close");
    stream.destroy();
    await closed;
    expect(stream.errored).toBe(null);
  });

  test("an error of the source destroys the stream with the very error", async () => {
    const failure = new Error("broken");
    const stream = toReadable(
      produce<string>(async (server) => {
        await server.send("A");
        throw failure;
      }),
    );
    expect(await stream.toArray().catch(caught)).toBe(failure);
    expect(stream.destroyed).toBe(true);
  });

  test("an error that is none of Node's is the cause of one", async () => {
    const stream = toReadable(
      produce<string>(() => {
        throw undefined;
      }),
    );
    const error = (await stream.toArray().catch(caught)) as Error;
    expect(error.message).toBe("Could not go on: undefined");
  });

  test("destroy leaves the source with the very error, and waits until it has cleaned up", async () => {
    const reason = new Error("enough");
    let seen: unknown;
    let cleaned = false;
    const client = produce<string>(async (server) => {
      try {
        await server.send("A");
      } catch (error) {
        seen = error;
        throw error;
      } finally {
        await settled();
        cleaned = true;
      }
    });
    const stream = toReadable(client);
    await once(stream, "readable");
    stream.destroy(reason);
    expect(await once(stream, "close").catch(caught)).toBe(reason);
    await idle();
    expect(cleaned).toBe(true);
    expect(seen).toBeInstanceOf(ChannelClosed);
    expect((seen as ChannelClosed).value).toBe(reason);
  });

  test("destroy while an item is awaited tells a busy server at once", async () => {
    const channel = new Channel<string>();
    const stream = toReadable(channel.client());
    stream.resume();
    const server = await channel.server();
    stream.destroy();
    await once(stream, "close");
    expect(server.signal.aborted).toBe(true);
    expect(await server.send("A").catch((error: ChannelClosed) => error.undelivered)).toBe(true);
  });

  test("break leaves the source, once", async () => {
    const source = new Counted();
    for await (const item of toReadable(source)) if (item === 2) break;
    expect(source.left.length).toBe(1);
    expect(source.asked).toBe(2);
  });

  test("an error in a pipeline leaves the source with the very error", async () => {
    const failure = new Error("full");
    const source = new Counted();
    const broken = new Writable({
      objectMode: true,
      write: (_item, _encoding, done) => done(failure),
    });
    expect(await pipeline(toReadable(source), broken).catch(caught)).toBe(failure);
    await idle();
    expect(source.left).toEqual([failure]);
  });

  test("a signal that aborts a pipeline leaves the source, with its reason as the cause", async () => {
    const source = new Counted();
    const controller = new AbortController();
    const { stream } = slow();
    const piped = pipeline(toReadable(source), stream, { signal: controller.signal });
    await idle();
    const reason = new Error("stop");
    controller.abort(reason);
    expect(((await piped.catch(caught)) as Error).cause).toBe(reason);
    await idle();
    expect((source.left[0] as Error).cause).toBe(reason);
  });

  test("an error in the source's return is the stream's", async () => {
    const failure = new Error("cleanup");
    const stream = toReadable(
      produce<string>(async (server) => {
        try {
          await server.send("A");
        } catch {
          throw failure;
        }
      }),
    );
    await once(stream, "readable");
    stream.destroy();
    expect(await once(stream, "close").catch(caught)).toBe(failure);
  });
});

describe("files and compression", () => {
  test("lines of a producer are packed into a file, and read from it again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "adapters-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "lines.gz");
    const text = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`);
    const channel = new StreamChannel<string>();
    void channel.serve((writer) => writer.write(text));
    await pipeline(toReadable(channel.client()), createGzip(), createWriteStream(path));

    let read = "";
    await pipeline(createReadStream(path), createGunzip(), async (parts) => {
      for await (const part of parts) read += String(part);
    });
    expect(read).toBe(text.join(""));
  });

  test("a copy through generators is the same file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "adapters-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    writeFileSync(from, "x".repeat(300_000));
    const parts = produce<Buffer>(async (server) => {
      for await (const part of createReadStream(from)) await server.send(part as Buffer);
    });
    await pipeline(toReadable(parts), createWriteStream(to));
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  });
});
