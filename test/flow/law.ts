/** What holds for every piece that makes one async generator of a source, and for every two of them. */
import { describe, expect, test } from "vitest";
import { Channel, produce, StreamChannel } from "coroutine-channels";
import { settled } from "../support/settled.ts";
import { Probe, waiting } from "./probe.ts";
import { deferred } from "../support/deferred.ts";
import { dispose } from "../support/dispose.ts";

export type Make = <T>(
  source: AsyncIterable<T> | Iterable<T>,
  options?: { signal?: AbortSignal },
) => AsyncGenerator<T, unknown, void>;

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

    test("ReactiveX/rxjs#7189, deeplay-io/nice-grpc#779, nodejs/node#63554, nodejs/node#63555, nodejs/node#64380: leaves at once when an error is thrown into it, though a request waits", async () => {
      const error = new Error("consumer");
      const source = new Probe<number>({ then: "wait" });
      const flow = make(source);
      const requests = [flow.next(), flow.next()];
      await settled();
      const thrown = flow.throw(error);
      const later = flow.next();
      expect(source.closed).toBe(1);
      expect(await Promise.all([...requests, later])).toEqual([done, done, done]);
      await expect(thrown).rejects.toBe(error);
      expect(source.closed).toBe(1);
    });

    test("closes its source when the consumer's loop throws", async () => {
      const error = new Error("consumer");
      const source = waiting([1, 2, 3]);
      const loop = async () => {
        for await (const _ of make(source)) throw error;
      };
      await expect(loop()).rejects.toBe(error);
      expect(source.closed).toBe(1);
    });

    test("rejects with what is thrown into it, though closing its source fails, as a loop does", async () => {
      const error = new Error("consumer");
      const closing = { error: new Error("closing") };
      const source = new Probe({ items: [1, 2], then: "wait", prompt: true, closing });
      for (const flow of [await begun(make(source)), make(new Probe({ closing }))]) {
        await expect(flow.throw(error)).rejects.toBe(error);
        expect(await flow.return("late")).toEqual({ value: "late", done: true });
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

    test("nodejs/node#41851, nodejs/node#34035: does not wait for a generator that is quiet when it is left", async () => {
      const gate = deferred<void>();
      let cleanedUp = false;
      const generator = (async function* () {
        try {
          await gate.promise;
          yield 1;
        } finally {
          cleanedUp = true;
        }
      })();
      const flow = make(generator);
      const request = flow.next();
      await settled();
      const left = flow.return("left");
      expect(await request).toEqual(done);
      expect(await left).toEqual({ value: "left", done: true });
      expect(cleanedUp).toBe(false);
      gate.resolve();
      await settled();
      expect(cleanedUp).toBe(true);
    });

    test("tells nobody an error of a source that was quiet, and comes after it was left", async () => {
      const gate = deferred<IteratorResult<number>>();
      const next = () => gate.promise;
      const flow = make({
        [Symbol.asyncIterator]: () => ({ next, return: () => gate.promise }),
      });
      const request = flow.next();
      await settled();
      await flow.return(undefined);
      gate.reject(new Error("late")); // an unhandled rejection would fail the run
      expect(await request).toEqual(done);
      expect(await flow.next()).toEqual(done);
      await settled();
    });

    test("an error is told once, to the leaving, when the consumer leaves in the turn in which it asks for it", async () => {
      const error = new Error("source");
      for (const ahead of [true, false]) {
        const flow = await begun(make(new Probe({ items: [1], then: { error } })));
        if (ahead) await settled();
        const request = flow.next();
        const left = flow.return(undefined);
        const told = await Promise.allSettled([request, left]);
        const errors = told.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
        expect(errors.length).toBeLessThanOrEqual(1);
        if (errors.length > 0) expect(errors).toEqual([error]);
        expect(await flow.return("late")).toEqual({ value: "late", done: true });
      }
    });

    test.each([0, 1, 2, 3, 4, 5, 6])(
      "an error is told to one of two when the consumer leaves %i microtasks after it came",
      async (gap) => {
        const error = new Error("source");
        const gate = deferred<IteratorResult<number>>();
        const flow = make({ [Symbol.asyncIterator]: () => ({ next: () => gate.promise }) });
        const request = flow.next();
        await settled();
        gate.reject(error);
        for (let i = 0; i < gap; i++) await undefined;
        const told = await Promise.allSettled([flow.return(undefined), request]);
        const errors = told.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
        expect(errors).toEqual([error]);
      },
    );

    test("whatwg/streams#1083, oven-sh/bun#32533: takes a sync iterable, and passes its promises on unopened", async () => {
      const promise = Promise.resolve(1);
      const flow = make<unknown>([promise, 2, undefined]);
      const first = await flow.next();
      expect(first.value).toBe(promise);
      expect(await collect(flow)).toEqual([2, undefined]);
      expect(await collect(make("ab"))).toEqual(["a", "b"]);
    });

    test("closes a sync iterable once", async () => {
      let closed = 0;
      const items: Iterator<number, void> = {
        next: () => ({ value: 1, done: false }),
        return: () => ({ value: void closed++, done: true }),
      };
      const flow = await begun(make({ [Symbol.iterator]: () => items }));
      expect(await flow.return("left")).toEqual({ value: "left", done: true });
      expect(closed).toBe(1);
    });

    test("does not close a sync iterable that has ended, whatever comes a moment later", async () => {
      for (let gap = 0; gap < 8; gap++) {
        let [closed, ended] = [0, false];
        const items: Iterator<number, void> = {
          next: () => ({ value: void (ended = true), done: true }),
          return: () => ({ value: void closed++, done: true }),
        };
        const flow = make({ [Symbol.iterator]: () => items });
        const request = flow.next();
        for (let i = 0; i < gap; i++) await undefined;
        const closes = ended ? 0 : 1;
        await flow.throw("consumer").catch(() => {});
        expect(await request).toEqual(done);
        expect(closed).toBe(closes);
      }
    });

    test.each([42, undefined, null, "text"])(
      "rejects with a TypeError when a result is no object, but %s",
      async (result) => {
        let closed = 0;
        const source = {
          next: async () => result as unknown as IteratorResult<number>,
          return: async () => ({ value: void closed++, done: true as const }),
        };
        const flow = make({ [Symbol.asyncIterator]: () => source });
        await expect(flow.next()).rejects.toThrow(
          new TypeError(
            `What next() gives must be an object, { value, done }, and not of type ${typeof result}`,
          ),
        );
        expect(await flow.next()).toEqual(done);
        expect(closed).toBe(0);
      },
    );

    test("shows what the getters of a result throw", async () => {
      const error = new Error("getter");
      for (const name of ["done", "value"]) {
        const result = Object.defineProperty({ value: 1, done: false }, name, {
          get() {
            throw error;
          },
        });
        const flow = make({ [Symbol.asyncIterator]: () => ({ next: async () => result }) });
        await expect(flow.next()).rejects.toBe(error);
        expect(await flow.next()).toEqual(done);
      }
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

    test("refuses at once what is no source, and says what to pass", () => {
      for (const [none, message] of [
        [5, "A source must be iterable or async iterable, and not of type number"],
        [undefined, "A source must be iterable or async iterable, and not of type undefined"],
        [null, "A source must be iterable or async iterable, and not of type object"],
        [
          new Channel<number>(),
          "A source must be iterable or async iterable: pass the client() of the channel",
        ],
        [
          new StreamChannel<number>(),
          "A source must be iterable or async iterable: pass the client() of the channel",
        ],
      ] as const) {
        expect(() => make(none as unknown as AsyncIterable<unknown>)).toThrow(
          new TypeError(message),
        );
      }
    });
  });
}

/** What holds besides for every piece that takes a signal. */
export function lawsOfSignals(name: string, make: Make): void {
  describe(`the laws of signals of ${name}`, () => {
    test("nodejs/node#63357, voxpelli/buffered-async-iterable#50: leaves a quiet source at once, and rejects the request that waits", async () => {
      const { controller, signal, listeners } = listened();
      const reason = new Error("aborted");
      const source = new Probe<number>({ then: "wait" });
      const flow = make(source, { signal });
      const requests = [flow.next(), flow.next()];
      await settled();
      controller.abort(reason);
      expect(source.closed).toBe(1);
      expect(listeners()).toBe(0);
      await expect(requests[0]).rejects.toBe(reason);
      expect(await requests[1]).toEqual(done);
      expect(await flow.return("late")).toEqual({ value: "late", done: true });
    });

    test("rejects the next request when none waits, and a return that comes before is told nothing", async () => {
      const reason = new Error("aborted");
      for (const first of ["next", "return"] as const) {
        const { controller, signal } = listened();
        const source = waiting<number>();
        const flow = make(source, { signal });
        const request = flow.next();
        await settled();
        source.give(1);
        expect(await request).toEqual({ value: 1, done: false });
        await settled();
        controller.abort(reason);
        await settled();
        expect(source.closed).toBe(1);
        if (first === "next") await expect(flow.next()).rejects.toBe(reason);
        else expect(await flow.return("left")).toEqual({ value: "left", done: true });
        expect(await flow.next()).toEqual(done);
      }
    });

    test("rejects the first request when it has aborted already, and closes the source", async () => {
      const reason = new Error("aborted");
      for (const early of [true, false]) {
        const { controller, signal, listeners } = listened();
        if (early) controller.abort(reason);
        const source = new Probe({ items: [1] });
        const flow = make(source, { signal });
        controller.abort(reason);
        await expect(flow.next()).rejects.toBe(reason);
        expect(await flow.next()).toEqual(done);
        expect(source).toMatchObject({ asked: 0, closed: 1 });
        expect(listeners()).toBe(0);
      }
    });

    test("tells nobody an error that comes after the abort, or of closing", async () => {
      const { controller, signal } = listened();
      const reason = new Error("aborted");
      const gate = deferred<IteratorResult<number>>();
      const source = {
        next: () => gate.promise,
        return: () => Promise.reject(new Error("closing")),
      };
      const flow = make({ [Symbol.asyncIterator]: () => source }, { signal });
      const request = flow.next();
      await settled();
      controller.abort(reason);
      gate.reject(new Error("late"));
      await expect(request).rejects.toBe(reason);
      expect(await flow.next()).toEqual(done);
      expect(await flow.return("left")).toEqual({ value: "left", done: true });
    });

    test("does not wait for a generator that never ends", async () => {
      const { controller, signal } = listened();
      const never = new Promise<never>(() => {});
      const flow = make(
        (async function* () {
          yield 1;
          await never;
        })(),
        { signal },
      );
      expect((await flow.next()).value).toBe(1);
      const request = flow.next();
      await settled();
      controller.abort("enough");
      await expect(request).rejects.toBe("enough");
    });

    test("does not let a return that comes after the abort wait for a closing that never ends", async () => {
      const { controller, signal } = listened();
      const never = new Promise<never>(() => {});
      let asked = 0;
      const next = async () => (asked++ === 0 ? { value: 1, done: false } : never);
      const source = { [Symbol.asyncIterator]: () => ({ next, return: () => never }) };
      const flow = await begun(make(source, { signal }));
      await settled();
      controller.abort("enough");
      expect(await flow.return("left")).toEqual({ value: "left", done: true });
    });

    test.each(["its end", "an error", "leaving", "throwing"])(
      "leaves no listener after %s",
      async (how) => {
        const { signal, listeners } = listened();
        const error = new Error("source");
        const items = [1];
        const source = how === "an error" ? new Probe({ then: { error } }) : new Probe({ items });
        const flow = make(source, { signal });
        expect(listeners()).toBe(1);
        if (how === "its end") await collect(flow);
        else if (how === "an error") await expect(flow.next()).rejects.toBe(error);
        else if (how === "leaving") await flow.return(undefined);
        else await expect(flow.throw(error)).rejects.toBe(error);
        expect(listeners()).toBe(0);
      },
    );
  });
}

/** A signal, and how many listen to it. */
function listened(): { controller: AbortController; signal: AbortSignal; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const { addEventListener, removeEventListener } = signal;
  let count = 0;
  signal.addEventListener = (...args: unknown[]) => {
    count++;
    addEventListener.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    count--;
    removeEventListener.apply(signal, args as never);
  };
  return { controller, signal, listeners: () => count };
}
