import { Channel, ChannelClosed, StreamChannel } from "coroutine-channels";
import {
  fromReadableStream,
  toReadableStream,
  toTransformStream,
  toWritableStream,
} from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

import { settled, state } from "../support/settled.ts";
import { Counted } from "./counted.ts";

const caught = (error: unknown): unknown => error;

/** An open channel whose first request waits. */
async function opened() {
  const channel = new Channel<number, unknown>();
  const client = channel.client();
  const first = client.next(undefined);
  first.catch(() => {});
  const server = await channel.server();
  return { client, first, stream: toWritableStream(server), server };
}

describe("demand", () => {
  test("MattiasBuelens/web-streams-polyfill#143: a write settles when its item is handed over and more is wanted", async () => {
    const { client, first, stream } = await opened();
    const writer = stream.getWriter();
    const written = writer.write(1);
    expect(await first).toEqual({ value: 1, done: false });
    await settled();
    expect(await state(written)).toBe("pending");
    expect(writer.desiredSize).toBe(0);
    void client.next("answer");
    await written;
    await writer.ready;
    expect(writer.desiredSize).toBe(1);
  });

  test("pipeTo reads exactly as many items as are asked for", async () => {
    const { client, first, stream } = await opened();
    const source = new Counted();
    void toReadableStream(source).pipeTo(stream);
    await first;
    for (let asked = 1; asked < 5; asked++) {
      await settled();
      expect(source.asked).toBe(asked);
      expect(await client.next(undefined)).toEqual({ value: asked + 1, done: false });
    }
  });

  test("juspay/kolu#2199, juspay/kolu#2202: a reader who wants many gets them in one batch", async () => {
    const channel = new StreamChannel<number>();
    const source = new Counted();
    void channel.serve((writer) => toReadableStream(source).pipeTo(toWritableStream(writer)));
    const reader = channel.client();
    expect(await reader.read(3)).toEqual([1, 2, 3]);
    await settled();
    expect(source.asked).toBe(3);
    expect(await reader.read(2)).toEqual([4, 5]);
    await reader.return();
    await settled();
    expect(source.left.length).toBe(1);
  });
});

test("it-pushable: undefined is written, read and transformed as any item is", async () => {
  async function* items() {
    yield* [undefined, 1, undefined];
  }
  async function* same(from: AsyncIterable<number | undefined>) {
    yield* from;
  }
  const channel = new Channel<number | undefined>();
  void channel.serve((server) =>
    toReadableStream(items()).pipeThrough(toTransformStream(same)).pipeTo(toWritableStream(server)),
  );
  const client = fromReadableStream(toReadableStream(channel.client()));
  for (const value of [undefined, 1, undefined])
    expect(await client.next()).toEqual({ value, done: false });
  expect(await client.next()).toEqual({ value: undefined, done: true });
});

describe("closing", () => {
  test("ends the client normally, after the items", async () => {
    const { client, first, stream } = await opened();
    const writer = stream.getWriter();
    void writer.write(1);
    const closed = writer.close();
    await first;
    expect(await client.next(undefined)).toEqual({ value: undefined, done: true });
    await closed;
  });

  test("does not make the stream err", async () => {
    const { stream, server } = await opened();
    const writer = stream.getWriter();
    await writer.close();
    await settled();
    expect(server.signal.aborted).toBe(true);
    expect(await state(writer.closed)).toEqual({ value: undefined });
    expect(await state(writer.ready)).toEqual({ value: undefined });
  });
});

describe("aborting", () => {
  test("gives the client the very reason", async () => {
    const { client, first, stream } = await opened();
    const reason = new Error("broken");
    await stream.abort(reason);
    expect(await first.catch(caught)).toBe(reason);
    expect(await client.next(undefined)).toEqual({ value: undefined, done: true });
  });

  test("does so at once while a write waits, whose item stays handed over", async () => {
    const { client, first, stream } = await opened();
    const reason = new Error("broken");
    const writer = stream.getWriter();
    const written = writer.write(1).catch(caught);
    expect(await first).toEqual({ value: 1, done: false });
    await writer.abort(reason);
    expect(await written).toBe(reason);
    expect(await client.next(undefined).catch(caught)).toBe(reason);
  });

  test("reaches a stream channel's reader after the items", async () => {
    const channel = new StreamChannel<number>();
    const reason = new Error("broken");
    void channel.serve(async (server) => {
      const writer = toWritableStream(server).getWriter();
      await writer.write(1);
      await writer.abort(reason);
    });
    const reader = channel.client();
    expect(await reader.read(5)).toEqual([1]);
    expect(await reader.next().catch(caught)).toBe(reason);
  });

  test("an error of what is piped in reaches the client, the very one", async () => {
    const failure = new Error("source");
    async function* broken() {
      yield 1;
      throw failure;
    }
    const channel = new Channel<number>();
    const served = channel
      .serve((server) => toReadableStream(broken()).pipeTo(toWritableStream(server)))
      .catch(caught);
    const client = channel.client();
    await client.receive();
    expect(await client.receive().catch(caught)).toBe(failure);
    expect(await served).toBe(failure);
  });
});

describe("the other end", () => {
  test("errors the stream by leaving, with what it returned as the value", async () => {
    const { client, stream } = await opened();
    const writer = stream.getWriter();
    const reason = new Error("enough") as never;
    const written = writer.write(1).catch(caught);
    await client.return(reason);
    const closed = (await written) as ChannelClosed;
    expect(closed).toBeInstanceOf(ChannelClosed);
    expect(closed.value).toBe(reason);
    expect(closed.undelivered).toBe(false);
    expect(((await writer.closed.catch(caught)) as ChannelClosed).value).toBe(reason);
    expect(await writer.write(2).catch(caught)).toBeInstanceOf(ChannelClosed);
  });

  test("errors the stream by leaving, though nothing is being written", async () => {
    const { client, stream } = await opened();
    const closed = stream.getWriter().closed.catch(caught);
    await client.return();
    expect(await closed).toBeInstanceOf(ChannelClosed);
  });

  test("that has left before makes a stream that is in error", async () => {
    const { client, server } = await opened();
    await client.return();
    const writer = toWritableStream(server).getWriter();
    expect(await writer.closed.catch(caught)).toBeInstanceOf(ChannelClosed);
  });

  test("errors the stream with the very error that it throws, and gets it back", async () => {
    const { client, first, stream } = await opened();
    const failure = new Error("no");
    const writer = stream.getWriter();
    writer.closed.catch(() => {});
    const written = writer.write(1).catch(caught);
    await first;
    expect(await client.throw(failure).catch(caught)).toBe(failure);
    expect(await written).toBe(failure);
    expect(await client.next(undefined)).toEqual({ value: undefined, done: true });
  });

  test("stops what is piped in by leaving a served body, which is no error", async () => {
    const channel = new Channel<number>();
    const source = new Counted();
    const served = channel.serve((server) =>
      toReadableStream(source).pipeTo(toWritableStream(server)),
    );
    for await (const item of channel.client()) if (item === 2) break;
    expect(source.left.length).toBe(1);
    expect(await served).toBe(undefined);
    expect(source.asked).toBe(2);
  });

  test("stops what is piped in even while that has nothing to give", async () => {
    const left: unknown[] = [];
    const idle = new ReadableStream<number>({ cancel: (reason) => void left.push(reason) });
    const channel = new Channel<number>();
    const served = channel.serve((server) => idle.pipeTo(toWritableStream(server)));
    const client = channel.client();
    const received = client.receive().catch(caught);
    await settled();
    await client.return();
    await served;
    expect(await received).toBeInstanceOf(ChannelClosed);
    expect(left.length).toBe(1);
  });
});
