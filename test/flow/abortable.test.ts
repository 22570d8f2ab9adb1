import { afterEach, describe, expect, test, vi } from "vitest";
import { abortable, produce, select } from "coroutine-channels";
import { settled } from "../support/settled.ts";
import { Probe, waiting } from "./probe.ts";

const done = { value: undefined, done: true };
const item = (value: unknown) => ({ value, done: false });

afterEach(() => {
  vi.useRealTimers();
});

/** Timers of our own, and nothing else that is faked. */
function timers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

describe("abortable", () => {
  test("passes on what its source returns", async () => {
    const flow = abortable(new Probe({ items: [1], result: "result" }), { idle: 1000 });
    expect([await flow.next(), await flow.next()]).toEqual([
      item(1),
      { value: "result", done: true },
    ]);
  });

  test("graphql/graphql-js#3694, repeaterjs/repeater#48: in a body, leaving reaches through to a quiet source", async () => {
    const log: string[] = [];
    const inner = produce<number>(async (server) => {
      try {
        await server.send(1);
        await new Promise((_, reject) => {
          server.signal.addEventListener("abort", () => reject(server.signal.reason as Error));
        });
      } finally {
        log.push("inner");
      }
    });
    const outer = produce<number>(async (server) => {
      for await (const i of abortable(inner, { signal: server.signal })) await server.send(i * 2);
    });
    expect(await outer.next()).toEqual(item(2));
    const request = outer.next();
    await settled();
    expect(await outer.return()).toEqual(done);
    expect(await request).toEqual(done);
    await settled();
    expect(log).toEqual(["inner"]);
  });

  test("a request that overlaps another does not give that more time", async () => {
    timers();
    const flow = abortable(waiting(), { idle: 1000 });
    const first = flow.next();
    vi.advanceTimersByTime(600);
    const second = flow.next();
    vi.advanceTimersByTime(400);
    await expect(first).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await second).toEqual(done);
  });

  test("anthropics/anthropic-sdk-typescript#1206, langchain-ai/langchainjs#11098: ends a stream that stalls with a TimeoutError, and leaves it", async () => {
    timers();
    const source = new Probe({ items: ["a", "b"], then: "wait" });
    const flow = abortable(source, { idle: 1000 });
    expect([await flow.next(), await flow.next()]).toEqual([item("a"), item("b")]);
    const request = flow.next();
    await settled();
    vi.advanceTimersByTime(999);
    expect(source.closed).toBe(0);
    vi.advanceTimersByTime(1);
    expect(source.closed).toBe(1);
    await expect(request).rejects.toMatchObject({
      name: "TimeoutError",
      message: "No item has come for 1000 ms",
    });
    await expect(request).rejects.toBeInstanceOf(DOMException);
    expect(await flow.next()).toEqual(done);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("measures from each item, and not while nobody asks", async () => {
    timers();
    const source = waiting<number>();
    const flow = abortable(source, { idle: 10 });
    expect(vi.getTimerCount()).toBe(0);
    for (let i = 0; i < 5; i++) {
      const request = flow.next();
      await settled();
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(9);
      source.give(i);
      expect(await request).toEqual(item(i));
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(100);
    }
    const requests = [flow.next(), flow.next()];
    await settled();
    vi.advanceTimersByTime(9);
    source.give(5);
    expect(await requests[0]).toEqual(item(5));
    await settled();
    vi.advanceTimersByTime(9);
    source.give(6);
    expect(await requests[1]).toEqual(item(6));
    await flow.return();
  });

  test.each(["its end", "its error", "leaving", "throwing", "an abort", "withdrawing"])(
    "has no timer any more after %s",
    async (how) => {
      timers();
      const controller = new AbortController();
      const { signal } = controller;
      const error = new Error("source");
      const source = waiting<number>();
      const script = how === "its error" ? new Probe<number>({ then: { error } }) : source;
      const flow = abortable(script, { idle: 1000, signal });
      if (how === "withdrawing") {
        const one = new AbortController();
        const selected = select({ flow }, { signal: one.signal });
        await settled();
        expect(vi.getTimerCount()).toBe(1);
        one.abort("withdrawn");
        await expect(selected).rejects.toBe("withdrawn");
      } else {
        const request = flow.next().catch(() => {});
        await settled();
        if (how === "its end") await source.return();
        else if (how === "leaving") await flow.return();
        else if (how === "throwing") await flow.throw(error).catch(() => {});
        else if (how === "an abort") controller.abort();
        await request;
      }
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("an item that comes after all is dropped, and its error told to nobody", async () => {
    timers();
    const source = new Probe<number>({ then: "wait" });
    const flow = abortable(source, { idle: 10 });
    const request = flow.next();
    await settled();
    vi.advanceTimersByTime(10);
    await expect(request).rejects.toMatchObject({ name: "TimeoutError" });
    source.give(1);
    await settled();
    expect(await flow.next()).toEqual(done);
  });

  test("waits for ever where that is written, and for what no timer can measure", async () => {
    timers();
    for (const idle of [Infinity, 2 ** 31, undefined]) {
      const flow = abortable(new Probe({ then: "wait" }), { idle });
      void flow.next();
      await settled();
      expect(vi.getTimerCount()).toBe(0);
      await flow.return();
    }
    const flow = abortable(waiting(), { idle: 2 ** 31 - 1 });
    void flow.next();
    expect(vi.getTimerCount()).toBe(1);
    await flow.return();
  });

  test.each([0, -1, NaN])("rejects an idle time of %s", (idle) => {
    expect(() => abortable([], { idle })).toThrow(
      new RangeError(`idle is a number of milliseconds above 0, and not ${idle}`),
    );
  });
});
