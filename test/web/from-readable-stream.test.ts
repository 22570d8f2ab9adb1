import { ChannelClosed } from "coroutine-channels";
import { fromReadableStream, toReadableStream } from "coroutine-channels/web";
import { describe, expect, test } from "vitest";

import { settled } from "../support/settled.ts";
import { Counted } from "./counted.ts";

/** A stream that reads nothing ahead, with what happens to it. */
function observed() {
  const seen = { pulled: 0, cancelled: [] as unknown[] };
  let controller!: ReadableStreamDefaultController<number>;
  const stream = new ReadableStream<number>(
    {
      start: (given) => void (controller = given),
      pull: () => void seen.pulled++,
      cancel: (reason) => void seen.cancelled.push(reason),
    },
    { highWaterMark: 0 },
  );
  return { stream, seen, controller };
}

describe("demand", () => {
  test("the stream is read once for each request", async () => {
    const source = new Counted();
    const client = fromReadableStream(toReadableStream(source));
    for (let asked = 0; asked < 4; asked++) {
      await settled();
      expect(source.asked).toBe(asked);
      expect(await client.receive()).toBe(asked + 1);
    }
  });

  test("overlapping requests get the items in order", async () => {
    const client = fromReadableStream(toReadableStream(new Counted()));
    const results = await Promise.all([client.next(), client.receive(), client.next()]);
    expect(results).toEqual([{ value: 1, done: false }, 2, { value: 3, done: false }]);
    await client.return();
  });

  test("a cancelled receive loses no item", async () => {
    const { stream, controller } = observed();
    const client = fromReadableStream(stream);
    const cancelling = new AbortController();
    const received = client.receive({ signal: cancelling.signal });
    await settled();
    cancelling.abort("later");
    expect(await received.catch((error: unknown) => error)).toBe("later");
    controller.enqueue(1);
    expect(await client.receive()).toBe(1);
    await client.return();
  });
});

describe("endings", () => {
  test("the end of the stream is the client's, and the lock is released", async () => {
    const stream = new Blob(["Hello"]).stream();
    const parts: Uint8Array[] = [];
    for await (const part of fromReadableStream(stream)) parts.push(part);
    expect(new TextDecoder().decode(parts[0])).toBe("Hello");
    expect(stream.locked).toBe(false);
  });

  test("an error of the stream is the client's, the very one, after the items", async () => {
    const { stream, controller } = observed();
    const failure = new Error("broken");
    const client = fromReadableStream(stream);
    controller.enqueue(1);
    expect(await client.receive()).toBe(1);
    controller.error(failure);
    expect(await client.next().catch((error: unknown) => error)).toBe(failure);
    expect(await client.next()).toEqual({ value: undefined, done: true });
    expect(stream.locked).toBe(false);
  });

  test("break cancels the stream, once, and releases the lock", async () => {
    const { stream, seen, controller } = observed();
    controller.enqueue(1);
    for await (const item of fromReadableStream(stream)) {
      expect(item).toBe(1);
      break;
    }
    expect(seen.cancelled).toEqual([undefined]);
    expect(stream.locked).toBe(false);
  });

  test("return cancels with the very value, and gives it back", async () => {
    const { stream, seen, controller } = observed();
    const reason = new Error("enough") as never;
    const client = fromReadableStream(stream);
    controller.enqueue(1);
    await client.receive();
    expect(await client.return(reason)).toEqual({ value: reason, done: true });
    expect(seen.cancelled[0]).toBe(reason);
  });

  test.each(["first", "second"])(
    "whatwg/streams#1255: return while the %s read waits ends it at once",
    async (which) => {
      const { stream, seen, controller } = observed();
      const client = fromReadableStream(stream);
      if (which === "second") {
        controller.enqueue(1);
        await client.receive();
      }
      const received = client.receive().catch((error: unknown) => error);
      await settled();
      expect(await client.return("enough" as never)).toEqual({ value: "enough", done: true });
      expect(await received).toBeInstanceOf(ChannelClosed);
      expect(seen.cancelled).toEqual(["enough"]);
      expect(stream.locked).toBe(false);
    },
  );

  test("an error on its way as the client leaves is told by return, once", async () => {
    const { stream, controller } = observed();
    const failure = new Error("broken");
    const client = fromReadableStream(stream);
    const received = client.receive().catch((error: unknown) => error);
    await settled();
    controller.error(failure);
    expect(await client.return().catch((error: unknown) => error)).toBe(failure);
    expect(await received).toBeInstanceOf(ChannelClosed);
    await settled();
    expect(stream.locked).toBe(false);
  });

  test("return before the first request cancels, too", async () => {
    const { stream, seen } = observed();
    await fromReadableStream(stream).return();
    await settled();
    expect(seen.cancelled).toEqual([undefined]);
    expect(stream.locked).toBe(false);
  });

  test("throw cancels with the very error, and rejects with it", async () => {
    const { stream, seen, controller } = observed();
    const failure = new Error("no");
    const client = fromReadableStream(stream);
    controller.enqueue(1);
    await client.receive();
    expect(await client.throw(failure).catch((error: unknown) => error)).toBe(failure);
    expect(seen.cancelled).toEqual([failure]);
    expect(stream.locked).toBe(false);
  });

  test("throw cancels with the very error even if that is another channel's end", async () => {
    const { stream, seen, controller } = observed();
    const failure = new ChannelClosed({ value: "elsewhere" });
    const client = fromReadableStream(stream);
    controller.enqueue(1);
    await client.receive();
    expect(await client.throw(failure).catch((error: unknown) => error)).toBe(failure);
    expect(seen.cancelled[0]).toBe(failure);
  });

  test.each([false, true])("a stream's error in cancelling is the leaver's: %s", async (waits) => {
    const failure = new Error("cancel");
    const stream = new ReadableStream<number>(
      {
        start: (controller) => controller.enqueue(1),
        cancel() {
          throw failure;
        },
      },
      { highWaterMark: 0 },
    );
    const client = fromReadableStream(stream);
    await client.receive();
    if (waits) client.receive().catch(() => {});
    await settled();
    expect(await client.return().catch((error: unknown) => error)).toBe(failure);
  });

  test("a locked stream is refused at once", () => {
    const { stream } = observed();
    stream.getReader();
    expect(() => fromReadableStream(stream)).toThrow(TypeError);
  });
});

describe("there and back", () => {
  test("a reason crosses both adapters", async () => {
    const source = new Counted();
    const stream = toReadableStream(fromReadableStream(toReadableStream(source)));
    const reader = stream.getReader();
    expect(await reader.read()).toEqual({ value: 1, done: false });
    const reason = { why: "enough" };
    await reader.cancel(reason);
    expect(source.left.length).toBe(1);
    expect(source.left[0]).toBe(reason);
  });

  test("an error crosses both adapters", async () => {
    const failure = new Error("broken");
    async function* broken() {
      yield 1;
      throw failure;
    }
    const client = fromReadableStream(toReadableStream(broken()));
    expect(await client.receive()).toBe(1);
    expect(await client.receive().catch((error: unknown) => error)).toBe(failure);
    expect(await client.next()).toEqual({ value: undefined, done: true });
  });
});
