import { produce } from "coroutine-channels";
import { toEventStream } from "coroutine-channels/web";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { thorough } from "../support/scope.ts";
import { settled, state } from "../support/settled.ts";
import { Counted } from "./counted.ts";

const caught = (error: unknown): unknown => error;

/** All that is sent. Not by way of a `Response`, which in some browsers has an error of its own for every other. */
async function text(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let all = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return all;
    all += decoder.decode(value, { stream: true });
  }
}

/** What a receiver that is not ours makes of it. */
function parsed(bytes: string): { events: EventSourceMessage[]; comments: string[] } {
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onComment: (comment) => void comments.push(comment),
    onError: (error) => expect.fail(String(error)),
  });
  parser.feed(bytes);
  return { events, comments };
}

describe("an event", () => {
  test("is the item: a string as it is, all else as JSON", async () => {
    const items = ["Hello", { a: [1] }, 2, null, true, "", [], undefined];
    const lines = ["Hello", '{"a":[1]}', "2", "null", "true", "", "[]", ""];
    expect(await text(toEventStream(items))).toBe(
      lines.map((line) => `data: ${line}\n\n`).join(""),
    );
    expect(parsed(await text(toEventStream(items))).events.map(({ data }) => data)).toEqual(lines);
  });

  test("has the name, the id and the content that the functions give", async () => {
    const steps = [
      { kind: "token", at: 1, says: "Hi" },
      { kind: undefined, at: "2b", says: { ok: true } },
      { kind: "end", at: undefined, says: "" },
    ];
    const stream = toEventStream(steps, {
      data: ({ says }) => says,
      event: ({ kind }) => kind,
      id: ({ at }) => at,
    });
    const bytes = await text(stream);
    expect(bytes).toBe(
      `event: token\nid: 1\ndata: Hi\n\nid: 2b\ndata: {"ok":true}\n\nevent: end\ndata: \n\n`,
    );
    expect(parsed(bytes).events).toEqual([
      { event: "token", id: "1", data: "Hi" },
      { event: undefined, id: "2b", data: `{"ok":true}` },
      { event: "end", id: undefined, data: "" },
    ]);
  });

  test("has no name and no id where there is null in their place, as databases give it", async () => {
    const none = () => null as unknown as undefined;
    expect(await text(toEventStream(["a"], { event: none, id: none }))).toBe("data: a\n\n");
  });

  test.each([
    ["\n", "a\nb", "data: a\ndata: b\n\n"],
    ["\r\n", "a\r\nb", "data: a\ndata: b\n\n"],
    ["\r", "a\rb", "data: a\ndata: b\n\n"],
    ["all at once, and at the ends", "\n\r\n\ra\r", "data: \ndata: \ndata: \ndata: a\ndata: \n\n"],
    [
      "what would be a field of its own",
      "a\rid: 5\n\nevent: b",
      "data: a\ndata: id: 5\ndata: \ndata: event: b\n\n",
    ],
  ])("of several lines has as many lines of data: %j", async (_, item, bytes) => {
    expect(await text(toEventStream([item]))).toBe(bytes);
  });

  test("is what any parser receives, whatever the strings", { timeout: 60_000 }, async () => {
    const name = fc.string({
      unit: fc.constantFrom("a", " ", ":", "\u00E9", "\u{1F600}", "\u2028"),
    });
    const content = fc.string({ unit: fc.constantFrom("a", " ", ":", "\r", "\n", "\0", "\uFEFF") });
    const item = fc.record({ content, event: name, id: name });
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 6 }), async (items) => {
        const stream = toEventStream(items, {
          data: (one) => one.content,
          event: (one) => one.event,
          id: (one) => one.id,
        });
        const { events } = parsed(await text(stream));
        expect(events).toEqual(
          items.map((one) => ({
            data: one.content.replace(/\r\n?/g, "\n"),
            event: one.event || undefined,
            id: one.id,
          })),
        );
      }),
      { numRuns: thorough ? 300 : 50 },
    );
  });

  test.each(["\n", "\r", "\0", "a\nb", "\r\n"])(
    "whose name or id has %j in it errors the stream, and leaves the source",
    async (bad) => {
      for (const field of ["event", "id"]) {
        const source = new Counted();
        const reader = toEventStream(source, { [field]: () => bad }).getReader();
        const error = (await reader.read().catch(caught)) as Error;
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(field);
        await settled();
        expect(source.left).toEqual([error]);
      }
    },
  );

  test.each(["data", "event", "id"])(
    "whose %s() throws errors the stream with that",
    async (field) => {
      const failure = new Error(field);
      const source = new Counted();
      const stream = toEventStream(source, {
        [field]: () => {
          throw failure;
        },
      });
      expect(await text(stream).catch(caught)).toBe(failure);
      await settled();
      expect(source.left).toEqual([failure]);
      expect(source.asked).toBe(1);
    },
  );

  test("that JSON has no text for errors the stream", async () => {
    expect(await text(toEventStream([1n])).catch(caught)).toBeInstanceOf(TypeError);
  });

  test("that cannot be written does not hide behind an error of closing", async () => {
    const failure = new Error("closing");
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ value: 1n, done: false }),
        return: async () => {
          throw failure;
        },
      }),
    };
    expect(await text(toEventStream(source)).catch(caught)).toBeInstanceOf(TypeError);
    await settled();
  });
});

describe("demand and endings", () => {
  test("nothing is asked of the source before somebody reads, and one item for each read", async () => {
    const source = new Counted();
    const reader = toEventStream(source).getReader();
    for (let reads = 0; reads < 4; reads++) {
      await settled();
      expect(source.asked).toBe(reads);
      await reader.read();
    }
  });

  test("a browser that leaves leaves the source, though it is quiet", async () => {
    let cleaned = false;
    const quiet = produce<string>(async (server) => {
      await new Promise((resolve) => server.signal.addEventListener("abort", resolve));
      cleaned = true;
    });
    const reader = toEventStream(quiet, { heartbeat: 1000 }).getReader();
    const read = reader.read();
    await settled();
    await reader.cancel();
    expect(await read).toEqual({ value: undefined, done: true });
    expect(cleaned).toBe(true);
  });

  test("the error of the source is the stream's, the very one", async () => {
    const failure = new Error("source");
    const stream = toEventStream(
      produce<string>(async (server) => {
        await server.send("A");
        throw failure;
      }),
    );
    expect(await text(stream).catch(caught)).toBe(failure);
  });
});

describe("the heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  const decoder = new TextDecoder();
  const shown = ({ value }: ReadableStreamReadResult<Uint8Array>): string => decoder.decode(value);

  /** A source that gives what it is told to. */
  function byHand() {
    let give!: (item: string) => void;
    const source = produce<string>(async (server) => {
      for (;;) {
        await server.send(await new Promise<string>((resolve) => (give = resolve)));
      }
    });
    return { source, give: (item: string) => give(item) };
  }

  test("is a comment whenever somebody has waited that long, which is no event", async () => {
    const { source, give } = byHand();
    const reader = toEventStream(source, { heartbeat: 15_000 }).getReader();
    let read = reader.read();
    await settled();
    vi.advanceTimersByTime(14_999);
    expect(await state(read)).toBe("pending");
    vi.advanceTimersByTime(1);
    expect(shown(await read)).toBe(":\n\n");
    expect(parsed(":\n\n")).toEqual({ events: [], comments: [""] });
    read = reader.read();
    vi.advanceTimersByTime(15_000);
    expect(shown(await read)).toBe(":\n\n");
    read = reader.read();
    await settled();
    give("A");
    expect(shown(await read)).toBe("data: A\n\n");
    expect(vi.getTimerCount()).toBe(0);
    await reader.cancel();
  });

  test("does not come where none is asked for, and may come every millisecond", async () => {
    for (const heartbeat of [undefined, 1]) {
      const next = () => new Promise<never>(() => {});
      const quiet = { [Symbol.asyncIterator]: () => ({ next }) };
      const reader = toEventStream(quiet, { heartbeat }).getReader();
      void reader.read();
      await settled();
      expect(vi.getTimerCount()).toBe(heartbeat === undefined ? 0 : 1);
      await reader.cancel();
    }
  });

  test("does not come as long as nobody reads, and once where nobody reads on", async () => {
    const { source, give } = byHand();
    const stream = toEventStream(source, { heartbeat: 10 });
    vi.advanceTimersByTime(1000);
    const reader = stream.getReader();
    const read = reader.read();
    read.catch(() => {});
    await settled();
    reader.releaseLock(); // nobody waits for the answer any more
    vi.advanceTimersByTime(1000);
    await settled();
    expect(vi.getTimerCount()).toBe(0);
    give("A");
    await settled();
    const next = stream.getReader();
    expect(shown(await next.read())).toBe(":\n\n");
    expect(shown(await next.read())).toBe("data: A\n\n");
    await next.cancel();
  });

  test.each([
    "its source ends",
    "its source fails",
    "it is cancelled",
    "an item cannot be written",
  ])("leaves no timer when %s", async (how) => {
    const failure = new Error("source");
    const source = produce<unknown>(async (server) => {
      await server.send("A");
      if (how === "its source fails") throw failure;
      if (how === "it is cancelled") await server.send(await new Promise(() => {}));
      if (how === "an item cannot be written") await server.send(1n);
    });
    const reader = toEventStream(source, { heartbeat: 10 }).getReader();
    await reader.read();
    const read = reader.read().catch(caught);
    await settled();
    if (how === "it is cancelled") {
      expect(vi.getTimerCount()).toBe(1);
      void reader.cancel();
    }
    await read;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("has one timer, however many reads wait", async () => {
    const { source } = byHand();
    const reader = toEventStream(source, { heartbeat: 10 }).getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    await settled();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(10);
    expect(shown(await reads[0]!)).toBe(":\n\n");
    await settled();
    expect(vi.getTimerCount()).toBe(1);
    void reader.cancel();
    await Promise.all(reads);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves no timer when its source fails in the very call that asks it", async () => {
    const source = {
      [Symbol.iterator]: () => ({
        next() {
          throw new Error("at once");
        },
      }),
    } as Iterable<string>;
    await toEventStream(source, { heartbeat: 10 }).getReader().read().catch(caught);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([0, 0.5, -1, NaN, Infinity, 2 ** 31])("of %s is a RangeError", (heartbeat) => {
    const message = `Could not send a comment every ${heartbeat} ms: a heartbeat is a time from 1 to 2147483647`;
    expect(() => toEventStream([], { heartbeat })).toThrow(new RangeError(message));
  });
});
