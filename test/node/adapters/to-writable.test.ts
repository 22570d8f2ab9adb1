import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

import { Channel, ChannelClosed, StreamChannel } from "coroutine-channels";
import { toReadable, toWritable } from "coroutine-channels/node";
import { describe, expect, test } from "vitest";

import { settled } from "../../support/settled.ts";
import { Counted } from "../../web/counted.ts";

const caught = (error: unknown): unknown => error;

async function idle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await settled();
}

/** An open channel whose first request waits. */
async function opened() {
  const channel = new Channel<number, unknown>();
  const client = channel.client();
  const first = client.next(undefined);
  first.catch(() => {});
  return { client, first, server: await channel.server() };
}

async function openedWriter() {
  const channel = new StreamChannel<number>();
  const first = channel.client().next();
  return { first, server: await channel.server() };
}

async function openedStream() {
  const { client, first, server } = await opened();
  return { client, first, stream: toWritable(server) };
}

describe("demand", () => {
  test("a write is done when its item is handed over and more is wanted", async () => {
    const { client, first, stream } = await openedStream();
    const events: string[] = [];
    stream.on("drain", () => events.push("drain"));
    expect(stream.write(1, () => events.push("written"))).toBe(false);
    expect(await first).toEqual({ value: 1, done: false });
    await idle();
    expect(events).toEqual([]);
    void client.next("answer");
    await idle();
    expect(events.toSorted()).toEqual(["drain", "written"]);
  });

  test.each(["pipe", "pipeline"])(
    "rolftimmermans/event-iterator#11: %s reads as many items as are asked for",
    async (way) => {
      const { client, first, stream } = await openedStream();
      const source = new Counted();
      if (way === "pipe") toReadable(source).pipe(stream);
      else pipeline(source, stream).catch(() => {});
      await first;
      for (let asked = 1; asked < 5; asked++) {
        await idle();
        expect(source.asked).toBe(asked);
        expect(await client.next(undefined)).toEqual({ value: asked + 1, done: false });
      }
    },
  );

  test("juspay/kolu#2199, juspay/kolu#2202: a reader who wants many gets them in one batch", async () => {
    const channel = new StreamChannel<number>();
    const source = new Counted();
    void channel.serve((writer) => pipeline(toReadable(source), toWritable(writer)));
    const reader = channel.client();
    expect(await reader.read(3)).toEqual([1, 2, 3]);
    await idle();
    expect(source.asked).toBe(3);
    await reader.return();
    await idle();
    expect(source.left.length).toBe(1);
  });
});

test("it-pushable: undefined is written as any item is", async () => {
  const channel = new Channel<number | undefined>();
  void channel.serve((server) => pipeline([undefined, 1, undefined], toWritable(server)));
  const client = channel.client();
  for (const value of [undefined, 1, undefined])
    expect(await client.next()).toEqual({ value, done: false });
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

describe("endings", () => {
  test("end ends the client normally, after the items", async () => {
    const { client, first, stream } = await openedStream();
    stream.write(1);
    stream.end(2);
    expect(await first).toEqual({ value: 1, done: false });
    expect(await client.next(undefined)).toEqual({ value: 2, done: false });
    expect(await client.next(undefined)).toEqual({ value: undefined, done: true });
    if (!stream.closed) await once(stream, "close");
    expect(stream.errored).toBe(null);
  });

  test("destroy gives the client the very error", async () => {
    const { first, stream } = await openedStream();
    const reason = new Error("broken");
    stream.on("error", () => {});
    stream.destroy(reason);
    expect(await first.catch(caught)).toBe(reason);
  });

  test("destroy while a write waits gives it to the client's next request", async () => {
    const { client, first, stream } = await openedStream();
    const reason = new Error("broken");
    stream.on("error", () => {});
    stream.write(1);
    expect(await first).toEqual({ value: 1, done: false });
    stream.destroy(reason);
    expect(await client.next(undefined).catch(caught)).toBe(reason);
  });

  test.each([new Error("broken"), undefined])(
    "microsoft/vscode#332730: destroy tells who waits for a write, though the client asks no more: %s",
    async (reason) => {
      for (const make of [opened, openedWriter]) {
        const { first, server } = await make();
        const stream = toWritable<number>(server).on("error", () => {});
        const told = [1, 2].map((item) => new Promise((resolve) => stream.write(item, resolve)));
        await first;
        await idle();
        stream.destroy(reason);
        for (const error of await Promise.all(told)) expect(error).toBeInstanceOf(Error);
        if (reason) expect(await told[0]).toBe(reason);
      }
    },
  );

  test("destroy without an error, before the end, is no end for the client", async () => {
    const { first, stream } = await openedStream();
    stream.destroy();
    expect(await first.catch((error: unknown) => error)).toMatchObject({
      code: "ERR_STREAM_PREMATURE_CLOSE",
      message: "Could not send all, since the stream was destroyed before its end",
    });
  });

  test("an error of what is piped in reaches the client, the very one", async () => {
    const failure = new Error("source");
    async function* broken() {
      yield 1;
      throw failure;
    }
    const channel = new Channel<number>();
    const served = channel.serve((server) => pipeline(broken, toWritable(server))).catch(caught);
    const client = channel.client();
    expect(await client.receive()).toBe(1);
    expect(await client.receive().catch(caught)).toBe(failure);
    expect(await served).toBe(failure);
  });

  test("a client that leaves destroys the stream, with what it returned as the value", async () => {
    const { client, stream } = await openedStream();
    const reason = new Error("enough") as never;
    const failed = once(stream, "close").catch(caught);
    stream.write(1);
    await client.return(reason);
    const closed = (await failed) as ChannelClosed;
    expect(closed).toBeInstanceOf(ChannelClosed);
    expect(closed.value).toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  test("a client that leaves destroys the stream, though nothing is being written", async () => {
    const { client, stream } = await openedStream();
    const failed = once(stream, "close").catch(caught);
    await client.return();
    expect(await failed).toBeInstanceOf(ChannelClosed);
  });

  test("a client that left before makes a stream that is destroyed", async () => {
    const { client, server } = await opened();
    await client.return();
    const stream = toWritable(server);
    expect(await once(stream, "close").catch(caught)).toBeInstanceOf(ChannelClosed);
  });

  test("an error that the client throws is the stream's, the very one, and the client's", async () => {
    const { client, first, stream } = await openedStream();
    const failure = new Error("no");
    const failed = once(stream, "close").catch(caught);
    stream.write(1);
    await first;
    expect(await client.throw(failure).catch(caught)).toBe(failure);
    expect(await failed).toBe(failure);
    expect(await client.next(undefined)).toEqual({ value: undefined, done: true });
  });

  test("a client that leaves a served body stops what is piped in, which is no error", async () => {
    const channel = new Channel<number>();
    const source = new Counted();
    const served = channel.serve((server) => pipeline(toReadable(source), toWritable(server)));
    for await (const item of channel.client()) if (item === 2) break;
    expect(await served).toBe(undefined);
    await idle();
    expect(source.left.length).toBe(1);
    expect(source.asked).toBe(2);
  });

  test.each(["end", "destroy"] as const)("no listener is left on the end after %s", async (how) => {
    const { server } = await opened();
    const stream = toWritable(server);
    expect(getEventListeners(server.signal, "abort").length).toBe(1);
    stream[how]();
    await once(stream, "close");
    expect(getEventListeners(server.signal, "abort").length).toBe(0);
  });
});

describe("programs", () => {
  const echo = `process.stdin.on("data", (part) => process.stdout.write(String(part).toUpperCase()));`;
  const start = (code: string) =>
    spawn(process.execPath, "Deno" in globalThis ? ["eval", code] : ["-e", code], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
  const imported = "Deno" in globalThis ? `import process from "node:process";${echo}` : echo;

  test("another program's output is read through a channel, and its input written", async () => {
    const child = start(imported);
    const words = new StreamChannel<string>();
    void words.serve((writer) => writer.write(["Hello, ", "world"]));
    const said = new StreamChannel<Buffer>();
    void said.serve((writer) => pipeline(child.stdout, toWritable(writer)));
    const [parts] = await Promise.all([
      said.client().read(),
      pipeline(toReadable(words.client()), child.stdin),
    ]);
    expect(Buffer.concat(parts).toString()).toBe("HELLO, WORLD");
  });

  test("a program whose output nobody wants any more is stopped", async () => {
    const forever = `for (;;) require("node:fs").writeSync(1, "x".repeat(1000) + "\\n");`;
    const code = "Deno" in globalThis ? `for (;;) console.log("x".repeat(1000));` : forever;
    const child = start(code);
    const exited = once(child, "exit");
    child.stdin.on("error", () => {});
    const channel = new Channel<Buffer>();
    const served = channel.serve(async (server) => {
      try {
        await pipeline(child.stdout, toWritable(server));
      } finally {
        child.kill();
      }
    });
    for await (const part of channel.client()) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    await served;
    await exited;
  });
});

describe("with Node's own streams in between", () => {
  test("bytes survive compression and decompression between two channels", async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`);
    const channel = new StreamChannel<Buffer>();
    void channel.serve((writer) =>
      pipeline(Readable.from(lines), createGzip(), createGunzip(), toWritable(writer)),
    );
    const parts = await channel.client().read();
    expect(Buffer.concat(parts).toString()).toBe(lines.join(""));
  });

  test("an error in the middle reaches both ends, the very one", async () => {
    const failure = new Error("middle");
    const source = new Counted();
    const broken = new Transform({
      objectMode: true,
      transform: (_item, _encoding, done) => done(failure),
    });
    const channel = new Channel<number>();
    const served = channel
      .serve((server) => pipeline(toReadable(source), broken, toWritable(server)))
      .catch(caught);
    expect(await channel.client().receive().catch(caught)).toBe(failure);
    expect(await served).toBe(failure);
    expect(source.left).toEqual([failure]);
  });

  test("items go from channel to channel, to a stream that collects them", async () => {
    const collected: number[] = [];
    const collect = new Writable({
      objectMode: true,
      write(item: number, _encoding, done) {
        collected.push(item);
        done();
      },
    });
    const channel = new StreamChannel<number>();
    void channel.serve((writer) => pipeline(Readable.from([1, 2, 3]), toWritable(writer)));
    await pipeline(toReadable(channel.client()), collect);
    expect(collected).toEqual([1, 2, 3]);
  });
});
