/** What holds for every piece that makes one async generator of a source, and for every two of them. */
import { describe, expect, test } from "vitest";
import { Channel, produce } from "coroutine-channels";
import { settled, state } from "../support/settled.ts";
import { Probe, waiting } from "./probe.ts";
import { deferred } from "../support/deferred.ts";
import { dispose } from "../support/dispose.ts";

export type Make = <T>(source: AsyncIterable<T>) => AsyncGenerator<T, unknown, void>;

const done = { value: undefined, done: true };
const AsyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(async function* () {}.prototype),
);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Asks for one item, so that it has begun. */
async function begun<T>(flow: AsyncGenerator<T, unknown, void>): Promise<typeof flow> {
  await flow.next();
  return flow;
}

/** Every way of leaving, each of which rejects only where closing the source does. */
const ways: readonly [name: string, leave: (flow: AsyncGenerator<unknown>) => Promise<unknown>][] =
  [
    ["return", (flow) => flow.return(undefined)],
    ["disposal", (flow) => dispose(flow)],
    [
      "break",
      async (flow) => {
        for await (const _ of flow) break;
      },
    ],
  ];

export function laws(name: string, make: Make): void {
  describe(`the laws of ${name}`, () => {
    test("passes all items on, in order, and leaves a source that ended alone", async () => {
      const source = new Probe({ items: [1, 2, 3, 4, 5] });
      expect(await collect(make(source))).toEqual([1, 2, 3, 4, 5]);
      expect(source).toMatchObject({ opened: 1, asked: 6, closed: 0, overlapping: 1 });
    });

    test("touches nothing before the first request", async () => {
      const source = new Probe({ items: [1] });
      const flow = make(source);
      await settled();
      expect(source).toMatchObject({ opened: 0, asked: 0, closed: 0 });
      await flow.return(undefined);
    });

    test("it-pushable, thi.ng/umbrella csp: passes any value on untouched", async () => {
      const thenable = { then: () => expect.fail("has been awaited") };
      const values = [undefined, null, false, 0, NaN, "", () => {}, { done: true }, thenable];
      const flow = make(new Probe<unknown>({ items: values }));
      for (const value of values) {
        const result = await flow.next();
        expect(Object.is(result.value, value)).toBe(true);
        expect(result.done).toBe(false);
      }
      expect(await flow.next()).toEqual(done);
    });

    test("ix, AsyncSink: shows the source's error, unchanged, after the items, once", async () => {
      const error = new Error("source");
      const source = new Probe({ items: [1, 2], then: { error } });
      const flow = make(source);
      expect(await flow.next()).toEqual({ value: 1, done: false });
      expect(await flow.next()).toEqual({ value: 2, done: false });
      await expect(flow.next()).rejects.toBe(error);
      expect(await flow.next()).toEqual(done);
      expect(await flow.return("late")).toEqual({ value: "late", done: true });
      expect(source.closed).toBe(0);
    });

    test("shows what is thrown when a source is opened, asked or closed", async () => {
      const error = new Error("at once");
      const fail = (): never => {
        throw error;
      };
      const opening: AsyncIterable<never> = { [Symbol.asyncIterator]: fail };
      await expect(make(opening).next()).rejects.toBe(error);
      const asking: AsyncIterable<never> = { [Symbol.asyncIterator]: () => ({ next: fail }) };
      await expect(make(asking).next()).rejects.toBe(error);
      const next = async () => ({ value: 1, done: false });
      const closing = { [Symbol.asyncIterator]: () => ({ next, return: fail }) };
      const flow = await begun(make(closing));
      await expect(flow.return(undefined)).rejects.toBe(error);
    });

    test("leaves a source that cannot be closed as it is", async () => {
      const next = async () => ({ value: 1, done: false });
      const flow = await begun(make({ [Symbol.asyncIterator]: () => ({ next }) }));
      expect(await flow.return(undefined)).toEqual(done);
    });

    test.each([0, 1, 2, 3])(
      "vercel/ai#7902, trpc/trpc#5917: closes its source once when left after %i items",
      async (count) => {
        const source = waiting([1, 2, 3]);
        const flow = make(source);
        for (let i = 0; i < count; i++) await flow.next();
        expect(await flow.return("left")).toEqual({ value: "left", done: true });
        expect(await flow.return("again")).toEqual({ value: "again", done: true });
        expect(await flow.next()).toEqual(done);
        await settled();
        expect(source).toMatchObject({ opened: 1, closed: 1 });
      },
    );

    test.each(ways)("closes its source once on %s", async (_, leave) => {
      const source = waiting([1, 2, 3]);
      await leave(await begun(make(source)));
      expect(source.closed).toBe(1);
    });

    test.each(ways)("shows an error in the source's own closing on %s, once", async (_, leave) => {
      const error = new Error("closing");
      const source = new Probe({
        items: [1, 2, 3],
        then: "wait",
        prompt: true,
        closing: { error },
      });
      const flow = await begun(make(source));
      await expect(leave(flow)).rejects.toBe(error);
      expect(await flow.return(undefined)).toEqual(done);
      expect(source.closed).toBe(1);
    });

    test("nodejs/node#63554: closes its source when an error is thrown into it, and rejects with that", async () => {
      const error = new Error("consumer");
      const source = waiting([1, 2, 3]);
      const flow = await begun(make(source));
      await expect(flow.throw(error)).rejects.toBe(error);
      expect(source.closed).toBe(1);
      expect(await flow.next()).toEqual(done);
      await expect(flow.throw(error)).rejects.toBe(error);
    });

    test.each(["an item", "the end", "an error"])(
      "nodejs/node#63554, nodejs/node#63555, nodejs/node#64380: settles a throw behind requests that wait, and those, at %s",
      async (what) => {
        const [error, failure] = [new Error("consumer"), new Error("source")];
        const gate = deferred<IteratorResult<number, void>>();
        let [closed, asked] = [0, 0];
        const source: AsyncIterator<number, void> = {
          next: () => (asked++ === 0 ? gate.promise : new Promise(() => {})),
          return: async () => ({ value: void closed++, done: true }),
        };
        const flow = make({ [Symbol.asyncIterator]: () => source });
        const calls = [flow.next(), flow.throw(error), flow.next()];
        const settling = Promise.allSettled(calls);
        await settled();
        expect(await Promise.all(calls.map((call) => state(call)))).toEqual([
          "pending",
          "pending",
          "pending",
        ]);
        if (what === "an error") gate.reject(failure);
        else if (what === "the end") gate.resolve({ value: undefined, done: true });
        else gate.resolve({ value: 1, done: false });
        const [first, thrown, last] = await settling;
        if (what === "an error") expect(first).toEqual({ status: "rejected", reason: failure });
        else if (what === "the end") expect(first).toMatchObject({ value: done });
        else expect(first).toMatchObject({ value: { value: 1, done: false } });
        expect(thrown).toEqual({ status: "rejected", reason: error });
        expect(last).toMatchObject({ value: done });
        expect(closed).toBe(what === "an item" ? 1 : 0);
      },
    );

    test("closes its source when the consumer's loop throws", async () => {
      const error = new Error("consumer");
      const source = waiting([1, 2, 3]);
      const loop = async () => {
        for await (const _ of make(source)) throw error;
      };
      await expect(loop()).rejects.toBe(error);
      expect(source.closed).toBe(1);
    });

    test("is thrown into after the item that it waits for, as a generator is", async () => {
      const error = new Error("consumer");
      const source = waiting<number>();
      const flow = make(source);
      const request = flow.next();
      const thrown = flow.throw(error).then(undefined, (reason: unknown) => reason);
      await settled();
      expect(source.closed).toBe(0);
      source.give(1);
      expect(await request).toEqual({ value: 1, done: false });
      expect(await thrown).toBe(error);
      expect(source.closed).toBe(1);
    });

    test("shows both errors when closing fails after one has been thrown into it", async () => {
      const errors = [new Error("consumer"), new Error("closing")];
      const closing = { error: errors[1] };
      const source = new Probe({ items: [1, 2], then: "wait", prompt: true, closing });
      for (const flow of [await begun(make(source)), make(new Probe({ closing }))]) {
        const failure = await flow.throw(errors[0]).then(undefined, (error: unknown) => error);
        expect(failure).toBeInstanceOf(AggregateError);
        expect((failure as AggregateError).errors).toEqual(errors);
      }
    });

    test.each([
      ["return", (flow: AsyncGenerator<unknown>) => flow.return("left")],
      ["disposal", (flow: AsyncGenerator<unknown>) => dispose(flow)],
    ])(
      "davidyaha/graphql-redis-subscriptions#197, davidyaha/graphql-redis-subscriptions#124: closes a source on %s before the first request",
      async (_, leave) => {
        const source = new Probe({ items: [1] });
        const flow = make(source);
        await leave(flow);
        expect(source).toMatchObject({ opened: 1, asked: 0, closed: 1 });
        expect(await flow.next()).toEqual(done);
      },
    );

    test("closes a source when an error is thrown before the first request", async () => {
      const error = new Error("consumer");
      const source = new Probe({ items: [1] });
      const flow = make(source);
      await expect(flow.throw(error)).rejects.toBe(error);
      expect(source).toMatchObject({ asked: 0, closed: 1 });
      expect(await flow.next()).toEqual(done);
    });

    test("nodejs/node#63519, nodejs/node#63603, QwenLM/qwen-code#2981: settles all waiting requests, in order, when left", async () => {
      const source = waiting<number>();
      const flow = make(source);
      const order: string[] = [];
      const note = (what: string) => (result: unknown) => {
        order.push(what);
        return result;
      };
      const requests = [1, 2, 3].map((i) => flow.next().then(note(`next ${i}`)));
      await settled();
      const left = flow.return("left").then(note("return"));
      expect(await Promise.all(requests)).toEqual([done, done, done]);
      expect(await left).toEqual({ value: "left", done: true });
      expect(order).toEqual(["next 1", "next 2", "next 3", "return"]);
      expect(source.closed).toBe(1);
    });

    test("asks nothing of a source that it has closed", async () => {
      const source = new Probe({ items: [1, 2, 3] });
      const flow = make(source);
      const request = flow.next();
      const left = flow.return("left");
      expect(await request).toEqual(done);
      expect(await left).toEqual({ value: "left", done: true });
      await settled();
      expect(source).toMatchObject({ asked: 0, closed: 1 });
    });

    test("does not go on with a source that goes on after it was closed", async () => {
      let asked = 0;
      const next = async () =>
        ++asked > 1000 ? { value: 0, done: true } : { value: 0, done: false };
      const flow = await begun(
        make({ [Symbol.asyncIterator]: () => ({ next, return: async () => next() }) }),
      );
      await flow.return(undefined);
      const before = asked;
      await settled();
      expect(asked).toBeLessThanOrEqual(before + 1);
    });

    test("tc39/proposal-async-iteration#5, whatwg/streams#1255: is left though the source never answers", async () => {
      const source = new Probe({ then: "wait" });
      const flow = make(source);
      const request = flow.next();
      await settled();
      expect(await flow.return("left")).toEqual({ value: "left", done: true });
      expect(await request).toEqual(done);
      expect(source.closed).toBe(1);
    });

    test("nodejs/node#41851: settles waiting requests when left, though the closing waits", async () => {
      const gate = deferred<void>();
      const generator = (async function* () {
        await gate.promise;
        yield 1;
      })();
      const flow = make(generator);
      const request = flow.next();
      await settled();
      const left = flow.return("left");
      expect(await request).toEqual(done);
      expect(await state(left)).toBe("pending");
      gate.resolve();
      expect(await left).toEqual({ value: "left", done: true });
    });

    test("shows an error of the source that comes while it is being closed", async () => {
      const error = new Error("late");
      const gate = deferred<void>();
      const generator = (async function* () {
        await gate.promise;
        yield 1;
      })();
      const flow = make(generator);
      const request = flow.next();
      await settled();
      const left = flow.return(undefined);
      gate.reject(error);
      expect(await request).toEqual(done);
      await expect(left).rejects.toBe(error);
    });

    test("rolftimmermans/event-iterator#9, nodejs/node#63499: answers overlapping requests in order", async () => {
      const source = new Probe({ items: [1, 2, 3] });
      const flow = make(source);
      const results = await Promise.all(Array.from({ length: 6 }, () => flow.next()));
      expect(results.map(({ value }) => value)).toEqual([1, 2, 3, ...Array.from({ length: 3 })]);
      expect(source.overlapping).toBe(1);
    });

    test("waits for a promise that is returned, and rejects where that does", async () => {
      const error = new Error("result");
      const source = waiting([1]);
      const flow = await begun(make(source));
      expect(await flow.return(Promise.resolve("later"))).toEqual({ value: "later", done: true });
      const other = await begun(make(waiting([1])));
      await expect(other.return(Promise.reject(error))).rejects.toBe(error);
      expect(source.closed).toBe(1);
    });

    test("repeaterjs/repeater#17, repeaterjs/repeater#56, repeaterjs/repeater#64: is an async generator", async () => {
      const flow = make(new Probe());
      expect(AsyncIteratorPrototype.isPrototypeOf(flow)).toBe(true);
      expect(flow[Symbol.asyncIterator]()).toBe(flow);
      expect(await flow.next()).toEqual(done);
    });

    test("nodejs/node#63497, nodejs/node#63498: is told when the channel that feeds it is aborted", async () => {
      const controller = new AbortController();
      const channel = new Channel<number>({ signal: controller.signal });
      const server = channel.server();
      const flow = make(channel.client());
      const request = flow.next();
      await server;
      const reason = new Error("aborted");
      controller.abort(reason);
      await expect(request).rejects.toBe(reason);
      expect(await flow.next()).toEqual(done);
    });

    test("trpc/trpc#6126, trpc/trpc#6128, mercurius-js/mercurius#392: lets a producer clean up before it has left", async () => {
      const events: string[] = [];
      const source = produce<number>(async (server) => {
        try {
          for (let i = 0; ; i++) await server.send(i);
        } finally {
          await settled();
          events.push("cleaned up");
        }
      });
      const flow = await begun(make(source));
      await flow.return(undefined);
      events.push("left");
      expect(events).toEqual(["cleaned up", "left"]);
    });

    test("refuses what is not async iterable, at once", () => {
      for (const [none, type] of [
        [[], "object"],
        [undefined, "undefined"],
      ] as const) {
        const message = `Could not take items from what is not async iterable, a value of type: ${type}`;
        expect(() => make(none as unknown as AsyncIterable<unknown>)).toThrow(
          new TypeError(message),
        );
      }
    });
  });
}
