/** The kinds of faults that readers, fuzzers and users of peers have found: a sample of each, where pieces compose channels. */
import { describe, expect, test } from "vitest";
import {
  broadcast,
  buffer,
  callbacks,
  Channel,
  distribute,
  events,
  merge,
  select,
  StreamChannel,
} from "coroutine-channels";
import { settled, state } from "../support/settled.ts";
import { pieces } from "./pieces.ts";
import { Probe, waiting } from "./probe.ts";

const done = { value: undefined, done: true };
type Flow = AsyncGenerator<unknown, unknown, void>;

/** Every error that a number of calls reject with. */
async function errorsOf(...calls: Promise<unknown>[]): Promise<unknown[]> {
  const all = await Promise.allSettled(calls);
  return all.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
}

describe("1: state that is right only a microtask later", () => {
  test("an error that is on its way to a request is told once to a consumer that leaves in that turn", async () => {
    const error = new Error("source");
    const target = new EventTarget();
    const pushed = events(target, "x", { error: "error" });
    target.dispatchEvent(Object.assign(new Event("error"), { error }));
    const buffered = buffer(new Probe({ items: [1], then: { error } }), { capacity: 2 });
    await buffered.next();
    await settled();
    for (const flow of [pushed, buffered] as Flow[]) {
      const request = flow.next();
      await expect(flow.return(undefined)).rejects.toBe(error);
      expect(await request).toEqual(done);
      expect(await flow.return(undefined)).toEqual(done);
    }
  });

  test.each(pieces)(
    "%s: an error is told to one of two, however long before the leaving it came",
    async (_, make) => {
      for (let gap = 0; gap < 12; gap++) {
        const error = new Error("source");
        let fail: (reason: unknown) => void = () => {};
        const next = () => new Promise<never>((_resolve, reject) => (fail = reject));
        const flow = make({ [Symbol.asyncIterator]: () => ({ next }) });
        const request = flow.next();
        await settled();
        fail(error);
        for (let i = 0; i < gap; i++) await undefined;
        expect(await errorsOf(request, flow.return(undefined))).toEqual([error]);
      }
    },
  );
});

describe("2: trusting a foreign source to answer", () => {
  test.each(pieces)(
    "%s is left though neither next() nor return() is ever answered",
    async (_, make) => {
      const never = new Promise<never>(() => {});
      const source = { next: () => never, return: () => never };
      for (const leave of [
        (flow: Flow) => flow.return(undefined),
        (flow: Flow) => flow.throw("thrown"),
      ]) {
        const flow = make({ [Symbol.asyncIterator]: () => source });
        const request = flow.next();
        await settled();
        const left = leave(flow).catch((error: unknown) => error);
        await settled();
        expect(await state(left)).not.toBe("pending");
        expect(await request).toEqual(done);
      }
    },
  );
});

describe("3: a check before a listener, or a listener without a check", () => {
  test.each(pieces.slice(1))("%s sees an abort whenever it comes", async (_, make) => {
    for (const when of ["before", "at once", "while it opens", "while it asks"]) {
      const controller = new AbortController();
      const abort = (now: string): void => {
        if (now === when) controller.abort("enough");
      };
      const source = {
        next() {
          abort("while it asks");
          return new Promise<never>(() => {});
        },
        return: async () => done as IteratorReturnResult<undefined>,
      };
      abort("before");
      const flow = make(
        {
          [Symbol.asyncIterator]() {
            abort("while it opens");
            return source;
          },
        },
        { signal: controller.signal },
      );
      abort("at once");
      expect(await errorsOf(flow.next())).toEqual(["enough"]);
    }
  });
});

describe("4: a promise that nobody holds", () => {
  // An unhandled rejection fails the run of the tests.
  test.each(pieces)(
    "%s: what rejects when nobody listens any more is reported to nobody",
    async (_, make) => {
      const reasons: ((reason: unknown) => void)[] = [];
      const later = () => new Promise<never>((_resolve, reject) => reasons.push(reject));
      const flow = make({ [Symbol.asyncIterator]: () => ({ next: later, return: later }) });
      const request = flow.next();
      await settled();
      await flow.return(undefined);
      for (const reject of reasons) reject(new Error("late"));
      expect(await request).toEqual(done);
      await settled();
    },
  );
});

describe("5: settling before the state is at rest", () => {
  test.each(pieces)(
    "%s: a source that calls its consumer while it is closed finds it ended",
    async (_, make) => {
      const seen: unknown[] = [];
      const flow: Flow = make({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => {}),
          async return() {
            void flow.next().then((result) => seen.push(result));
            void flow.return("again").then((result) => seen.push(result));
            return done as IteratorReturnResult<undefined>;
          },
        }),
      });
      const request = flow.next();
      await settled();
      await flow.return(undefined);
      expect(await request).toEqual(done);
      await settled();
      expect(seen).toEqual([done, { value: "again", done: true }]);
    },
  );

  test("an onDrop that calls its consumer finds it as it is", async () => {
    const seen: unknown[] = [];
    const flow: Flow = buffer(waiting([1, 2, 3]), {
      capacity: 1,
      overflow: "drop-oldest",
      onDrop: (item) => void flow.next().then(({ value }) => seen.push([item, value])),
    });
    await flow.next();
    await settled();
    expect(seen).toEqual([[2, 3]]);
    await flow.return(undefined);
  });
});

describe("6: work that grows with what was done before", () => {
  test("a request that is withdrawn costs as much after 10,000 others as before", async () => {
    const source = new Probe<number>({ then: "wait" });
    const flow = merge(source);
    const client = new Channel<number>().client();
    for (let i = 0; i < 10_000; i++) {
      const controller = new AbortController();
      const selecting = select({ flow, client }, { signal: controller.signal });
      controller.abort("withdrawn");
      await expect(selecting).rejects.toBe("withdrawn");
    }
    expect(source.asked).toBe(1);
    await flow.return();
  });
});

describe("7: a foreign object taken at its word", () => {
  const strange: readonly [name: string, iterable: () => AsyncIterable<number>][] = [
    ["no iterator", () => ({ [Symbol.asyncIterator]: () => 5 as never })],
    ["an iterator without next()", () => ({ [Symbol.asyncIterator]: () => ({}) as never })],
    ["a result that is no object", () => giving(async () => 42)],
    ["a plain result that is none", () => giving(() => undefined)],
    [
      "a promise whose constructor throws",
      () =>
        giving(() =>
          Object.defineProperty(Promise.resolve(done), "constructor", {
            get: () => {
              throw new TypeError("constructor");
            },
          }),
        ),
    ],
    [
      "a thenable that throws",
      () =>
        giving(() => ({
          get then(): never {
            throw new TypeError("then");
          },
        })),
    ],
  ];
  function giving(next: () => unknown): AsyncIterable<number> {
    return { [Symbol.asyncIterator]: () => ({ next: next as never }) };
  }

  test.each(pieces)("%s rejects with a TypeError, and ends", async (_, make) => {
    for (const [, iterable] of strange) {
      const flow = make(iterable());
      await expect(flow.next()).rejects.toBeInstanceOf(TypeError);
      expect(await flow.next()).toEqual(done);
      await flow.return(undefined);
    }
  });

  test.each(pieces)("%s takes results that are no promises", async (_, make) => {
    let i = 0;
    const source = { next: () => ({ value: i, done: ++i > 2 }) as never };
    const flow = make({ [Symbol.asyncIterator]: () => source });
    expect([await flow.next(), await flow.next()]).toEqual([
      { value: 0, done: false },
      { value: 1, done: false },
    ]);
    expect(await flow.next()).toMatchObject({ done: true });
  });

  test("a value that is returned and misbehaves rejects, and has ended it", async () => {
    const poison = {
      get then(): never {
        throw new Error("poisoned");
      },
    };
    for (const [, make] of pieces) {
      const source = waiting([1, 2]);
      const flow = make(source);
      await flow.next();
      await expect(flow.return(poison)).rejects.toThrow("poisoned");
      expect(source.closed).toBe(1);
      expect(await flow.next()).toEqual(done);
    }
  });
});

describe("8: an ending that looks like another", () => {
  test("a piece that was cut rejects, also to a consumer that joins later", async () => {
    for (const hub of [broadcast, distribute] as const) {
      const controller = new AbortController();
      const all = hub(new Probe<number>({ then: "wait" }), { signal: controller.signal });
      const first = all.subscribe();
      controller.abort("cut");
      expect(await errorsOf(first.next(), all.subscribe().next())).toEqual(["cut", "cut"]);
    }
  });

  test("an overflow is no end", async () => {
    const flow = callbacks<number>(({ push }) => [1, 2, 3].forEach((i) => push(i)), {
      capacity: 1,
    });
    expect(await flow.next()).toEqual({ value: 1, done: false });
    expect(await flow.next()).toEqual({ value: 2, done: false });
    await expect(flow.next()).rejects.toMatchObject({ name: "ChannelOverflow" });
  });
});

describe("9: a message for the author of the library", () => {
  test("a channel in the place of its client, and what is no source, are told from each other", () => {
    const client = "A source must be iterable or async iterable: pass the client() of the channel";
    for (const [, make] of pieces) {
      expect(() => make(new Channel<number>() as never)).toThrow(new TypeError(client));
      expect(() => make(new StreamChannel<number>() as never)).toThrow(new TypeError(client));
      expect(() => make(7 as never)).toThrow(
        new TypeError("A source must be iterable or async iterable, and not of type number"),
      );
    }
  });
});
