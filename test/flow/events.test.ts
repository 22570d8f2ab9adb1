import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { settled, state } from "../support/settled.ts";
import { events } from "coroutine-channels";
import { dispose } from "../support/dispose.ts";

const done = { value: undefined, done: true };

type Listener = (...args: unknown[]) => void;

/** As much of an event emitter as `events` needs, in every runtime. */
class Emitter {
  readonly listeners = new Map<string | symbol, Set<Listener>>();

  on(name: string | symbol, listener: Listener): this {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name)!.add(listener);
    return this;
  }

  removeListener(name: string | symbol, listener: Listener): this {
    this.listeners.get(name)?.delete(listener);
    return this;
  }

  emit(name: string | symbol, ...args: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(...args);
  }

  get count(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** Counts what listens to a target. */
function counting<T extends EventTarget>(target: T): T & { count: number } {
  const { addEventListener, removeEventListener } = target;
  const counted = target as T & { count: number };
  counted.count = 0;
  counted.addEventListener = (...args: Parameters<EventTarget["addEventListener"]>) => {
    counted.count++;
    addEventListener.apply(target, args);
  };
  counted.removeEventListener = (...args: Parameters<EventTarget["removeEventListener"]>) => {
    counted.count--;
    removeEventListener.apply(target, args);
  };
  return counted;
}

describe("events of an EventTarget", () => {
  test("gives the events, from the call on", async () => {
    const target = counting(new EventTarget());
    const flow = events(target, "ping");
    expect(target.count).toBe(1);
    const sent = [new Event("ping"), new Event("ping"), new Event("ping")];
    target.dispatchEvent(sent[0]!);
    target.dispatchEvent(new Event("pong"));
    target.dispatchEvent(sent[1]!);
    expect((await flow.next()).value).toBe(sent[0]);
    expect((await flow.next()).value).toBe(sent[1]);
    const request = flow.next();
    target.dispatchEvent(sent[2]!);
    expect((await request).value).toBe(sent[2]);
    await flow.return();
    expect(target.count).toBe(0);
  });

  test("does not end with an error event, unless that is listened to", async () => {
    const target = new EventTarget();
    const [pings, errors] = [events(target, "ping"), events(target, "error")];
    target.dispatchEvent(new Event("error"));
    target.dispatchEvent(new Event("ping"));
    expect((await pings.next()).value).toMatchObject({ type: "ping" });
    expect((await errors.next()).value).toMatchObject({ type: "error" });
    await Promise.all([pings.return(), errors.return()]);
  });

  test("has events as its type, or those that are named", async () => {
    const flow = events(new EventTarget(), "ping");
    expectTypeOf(flow).toEqualTypeOf<AsyncGenerator<Event, void, void>>();
    const custom = events<CustomEvent<number>>(new EventTarget(), "ping");
    expectTypeOf(custom).toEqualTypeOf<AsyncGenerator<CustomEvent<number>, void, void>>();
    await Promise.all([flow.return(), custom.return()]);
  });
});

describe("events of an emitter", () => {
  test("gives the arguments, as Node's events.on does", async () => {
    const emitter = new Emitter();
    const name = Symbol("name");
    const [named, symbolic] = [events(emitter, "data"), events(emitter, name)];
    expectTypeOf(named).toEqualTypeOf<AsyncGenerator<unknown[], void, void>>();
    emitter.emit("data", 1, 2);
    emitter.emit("data");
    emitter.emit(name, "symbolic");
    expect((await named.next()).value).toEqual([1, 2]);
    expect((await named.next()).value).toEqual([]);
    expect((await symbolic.next()).value).toEqual(["symbolic"]);
    await Promise.all([named.return(), symbolic.return()]);
    expect(emitter.count).toBe(0);
  });

  test("n1ru4l/push-pull-async-iterable-iterator: ends with the emitter's error, after the events that came before", async () => {
    const emitter = new Emitter();
    const flow = events<[number]>(emitter, "data");
    expectTypeOf(flow).toEqualTypeOf<AsyncGenerator<[number], void, void>>();
    const error = new Error("emitter");
    emitter.emit("data", 1);
    emitter.emit("error", error);
    expect(emitter.count).toBe(0);
    emitter.emit("data", 2);
    expect((await flow.next()).value).toEqual([1]);
    await expect(flow.next()).rejects.toBe(error);
    expect(await flow.next()).toEqual(done);
  });

  test("tells an error that nobody has come to when the consumer leaves", async () => {
    const emitter = new Emitter();
    const flow = events(emitter, "data");
    const error = new Error("emitter");
    emitter.emit("data");
    emitter.emit("error", error);
    const loop = async () => {
      for await (const _ of flow) break;
    };
    await expect(loop()).rejects.toBe(error);
  });

  test("gives error events when it listens to them", async () => {
    const emitter = new Emitter();
    const flow = events(emitter, "error");
    const error = new Error("emitter");
    emitter.emit("error", error);
    expect((await flow.next()).value).toEqual([error]);
    await flow.return();
    expect(emitter.count).toBe(0);
  });

  test("ends a request that waits when there is an error", async () => {
    const emitter = new Emitter();
    const flow = events(emitter, "data");
    const requests = [flow.next(), flow.next()];
    await settled();
    const error = new Error("emitter");
    emitter.emit("error", error);
    await expect(requests[0]).rejects.toBe(error);
    expect(await requests[1]).toEqual(done);
  });
});

describe("events with a signal", () => {
  test("ends with the reason, after the events that came before", async () => {
    const target = counting(new EventTarget());
    const controller = new AbortController();
    const signal = counting(controller.signal);
    const flow = events(target, "ping", { signal });
    target.dispatchEvent(new Event("ping"));
    controller.abort();
    expect([target.count, signal.count]).toEqual([0, 0]);
    expect((await flow.next()).value).toMatchObject({ type: "ping" });
    await expect(flow.next()).rejects.toMatchObject({ name: "AbortError" });
    expect(await flow.next()).toEqual(done);
  });

  test("nodejs/node#63497, jasnell/new-streams#15: ends a request that waits", async () => {
    const controller = new AbortController();
    const flow = events(new Emitter(), "data", { signal: controller.signal });
    const request = flow.next();
    await settled();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
  });

  test("nodejs/node#65298: does not listen when it has aborted already, and rejects the first request", async () => {
    const emitter = new Emitter();
    const flow = events(emitter, "data", { signal: AbortSignal.abort() });
    expect(emitter.count).toBe(0);
    await expect(flow.next()).rejects.toMatchObject({ name: "AbortError" });
    expect(await flow.next()).toEqual(done);
  });

  test("nodejs/node#51010, nodejs/node#51091, libp2p/js-libp2p#900: leaves no listener on it", async () => {
    const controller = new AbortController();
    const signal = counting(controller.signal);
    const emitter = new Emitter();
    for (let i = 0; i < 100; i++) {
      const flow = events(emitter, "data", { signal });
      emitter.emit("data", i);
      for await (const [data] of flow) {
        expect(data).toBe(i);
        break;
      }
    }
    expect([signal.count, emitter.count]).toEqual([0, 0]);
  });
});

test("nodejs/node#41851, graphile/crystal#1368: requests for events that wait are settled by return", async () => {
  for (const make of [() => counting(new EventTarget()), () => new Emitter()]) {
    const source = make();
    const controller = new AbortController();
    const signal = counting(controller.signal);
    const flow = events(source as Emitter, "data", { signal });
    const requests = [flow.next(), flow.next()];
    await settled();
    expect(await flow.return()).toEqual(done);
    expect(await Promise.all(requests)).toEqual([done, done]);
    expect([source.count, signal.count]).toEqual([0, 0]);
  }
});

describe("the ways out of events", () => {
  const error = new Error("consumer");
  test.each<[string, (flow: AsyncGenerator<unknown, void, void>) => Promise<unknown>]>([
    ["return before the first request", (flow) => flow.return()],
    ["disposal before the first request", async (flow) => dispose(flow)],
    ["throw before the first request", (flow) => flow.throw(error).catch(() => {})],
    ["return", (flow) => Promise.all([flow.next(), flow.return()])],
    [
      "throw",
      async (flow) => {
        await flow.next();
        await flow.throw(error).catch(() => {});
      },
    ],
    [
      "a loop that throws",
      async (flow) => {
        const loop = async () => {
          for await (const _ of flow) throw error;
        };
        await expect(loop()).rejects.toBe(error);
      },
    ],
  ])(
    "davidyaha/graphql-redis-subscriptions#197, davidyaha/graphql-redis-subscriptions#124: %s removes all listeners",
    async (_, leave) => {
      for (const make of [() => counting(new EventTarget()), () => new Emitter()]) {
        const source = make();
        const controller = new AbortController();
        const signal = counting(controller.signal);
        const flow = events(source as Emitter, "data", { signal });
        expect(source.count).toBeGreaterThan(0);
        if (source instanceof Emitter) source.emit("data");
        else source.dispatchEvent(new Event("data"));
        await leave(flow);
        expect([source.count, signal.count]).toEqual([0, 0]);
        expect(await flow.next()).toEqual(done);
      }
    },
  );
});

describe("events that nobody asks for", () => {
  const emitted = (count: number, options?: Parameters<typeof events<[number]>>[2]) => {
    const emitter = new Emitter();
    const flow = events<[number]>(emitter, "data", options);
    for (let i = 0; i < count; i++) emitter.emit("data", i);
    return { emitter, flow };
  };

  test("nodejs/node#15204, sindresorhus/emittery#3: are kept up to a bound, and one more ends it", async () => {
    const { emitter, flow } = emitted(2000);
    expect(emitter.count).toBe(0);
    for (let i = 0; i < 1024; i++) expect((await flow.next()).value).toEqual([i]);
    await expect(flow.next()).rejects.toMatchObject({ name: "ChannelOverflow" });
    expect(await flow.next()).toEqual(done);
  });

  test("Effect-TS/effect#6232: drop neither an error nor an abort, though the buffer is full", async () => {
    const error = new Error("the end");
    for (const overflow of ["drop-oldest", "drop-newest"] as const) {
      for (const how of ["error", "abort"] as const) {
        const controller = new AbortController();
        const { emitter, flow } = emitted(9, { capacity: 1, overflow, signal: controller.signal });
        if (how === "abort") controller.abort(error);
        else emitter.emit("error", error);
        expect((await flow.next()).value).toEqual([overflow === "drop-oldest" ? 8 : 0]);
        await expect(flow.next()).rejects.toBe(error);
        expect(await flow.next()).toEqual(done);
      }
    }
  });

  test("rolftimmermans/event-iterator#19: are no reason to write to the console", async () => {
    const methods = ["log", "info", "warn", "error", "debug"] as const;
    const spies = methods.map((method) => vi.spyOn(console, method));
    try {
      await emitted(2000)
        .flow.return()
        .catch(() => {});
      await emitted(2000, { overflow: "drop-newest" }).flow.return();
      await settled();
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test("are kept up to the capacity that is asked for", async () => {
    const { emitter, flow } = emitted(3, { capacity: 3 });
    expect(emitter.count).toBe(2);
    emitter.emit("data", 3);
    expect(emitter.count).toBe(0);
    for (let i = 0; i < 3; i++) expect((await flow.next()).value).toEqual([i]);
    await expect(flow.next()).rejects.toMatchObject({ name: "ChannelOverflow" });
  });

  test("are dropped as the policy says, and told", async () => {
    for (const [overflow, kept, dropped] of [
      ["drop-oldest", [3, 4], [0, 1, 2]],
      ["drop-newest", [0, 1], [2, 3, 4]],
    ] as const) {
      const lost: number[] = [];
      const onDrop = ([i]: [number]) => void lost.push(i);
      const { emitter, flow } = emitted(5, { capacity: 2, overflow, onDrop });
      for (const i of kept) expect((await flow.next()).value).toEqual([i]);
      expect(lost).toEqual(dropped);
      await flow.return();
      expect(emitter.count).toBe(0);
    }
  });

  test("end it with what onDrop throws, and nothing is thrown at the emitter", async () => {
    const error = new Error("onDrop");
    const onDrop = () => {
      throw error;
    };
    const { emitter, flow } = emitted(5, { capacity: 1, overflow: "drop-newest", onDrop });
    expect((await flow.next()).value).toEqual([0]);
    await expect(flow.next()).rejects.toBe(error);
    expect(emitter.count).toBe(0);
  });

  test("are kept without bound when that is written", async () => {
    const { flow } = emitted(5000, { capacity: Infinity });
    for (let i = 0; i < 5000; i++) expect((await flow.next()).value).toEqual([i]);
    expect(await state(flow.next())).toBe("pending");
    await flow.return();
  });
});

describe("events that end it", () => {
  test("nodejs/node#32360, nodejs/node#27847, nodejs/node#52080: ends at an event named close, after what is kept", async () => {
    for (const close of ["end", ["close", "end"], Symbol.for("end")]) {
      const emitter = new Emitter();
      const flow = events(emitter, "line", { close });
      emitter.emit("line", "a");
      emitter.emit("line", "b");
      emitter.emit(typeof close === "symbol" ? close : "end");
      expect(emitter.count).toBe(0);
      emitter.emit("line", "late");
      expect((await flow.next()).value).toEqual(["a"]);
      expect((await flow.next()).value).toEqual(["b"]);
      expect(await flow.next()).toEqual(done);
    }
  });

  test("fails at an event named error: with the first argument of an emitter", async () => {
    const emitter = new Emitter();
    const error = new Error("failed");
    for (const name of ["failed", "error"]) {
      const flow = events(emitter, "line", { error: ["failed", "error"] });
      expect(emitter.count).toBe(3);
      emitter.emit("line", "a");
      emitter.emit(name, error, "more");
      expect(emitter.count).toBe(0);
      expect((await flow.next()).value).toEqual(["a"]);
      await expect(flow.next()).rejects.toBe(error);
      expect(await flow.next()).toEqual(done);
    }
  });

  test("fails with the error of a target's event, or with the event if it has none: a WebSocket", async () => {
    const error = new Error("failed");
    const withError = Object.assign(new Event("error"), { error });
    const without = new Event("error");
    for (const [event, expected] of [
      [withError, error],
      [without, without],
    ]) {
      const socket = counting(new EventTarget());
      const flow = events(socket, "message", { close: "close", error: "error" });
      expect(socket.count).toBe(3);
      socket.dispatchEvent(new Event("message"));
      socket.dispatchEvent(event as Event);
      socket.dispatchEvent(new Event("close"));
      expect(socket.count).toBe(0);
      expect((await flow.next()).value).toMatchObject({ type: "message" });
      await expect(flow.next()).rejects.toBe(expected);
      expect(await flow.next()).toEqual(done);
    }
    const socket = counting(new EventTarget());
    const flow = events(socket, "message", { close: "close", error: "error" });
    const request = flow.next();
    socket.dispatchEvent(new Event("close"));
    expect(await request).toEqual(done);
    expect(socket.count).toBe(0);
  });

  test("throws nothing at its target, though the event has an error that cannot be read, or there is none", async () => {
    const failure = new Error("unreadable");
    const unreadable = Object.defineProperty(new Event("error"), "error", {
      get() {
        throw failure;
      },
    });
    for (const [event, expected] of [
      [unreadable, failure],
      [undefined, undefined],
    ]) {
      const listeners = new Map<string, (event: unknown) => void>();
      const target = {
        addEventListener: (name: string, listener: (event: unknown) => void) =>
          void listeners.set(name, listener),
        removeEventListener: (name: string) => void listeners.delete(name),
      };
      const flow = events(target, "message", { error: "error" });
      listeners.get("error")!(event);
      expect(listeners.size).toBe(0);
      await expect(flow.next()).rejects.toBe(expected);
    }
  });

  test("gives the event that also ends it, first", async () => {
    const emitter = new Emitter();
    const flow = events(emitter, "line", { close: "line" });
    emitter.emit("line", "last");
    expect((await flow.next()).value).toEqual(["last"]);
    expect(await flow.next()).toEqual(done);
    expect(emitter.count).toBe(0);
  });

  test("removes all listeners, even if that fails with one, and tells that", async () => {
    const error = new Error("removing");
    class Faulty extends Emitter {
      override removeListener(name: string, listener: Listener): this {
        super.removeListener(name, listener);
        if (name === "close") throw error;
        return this;
      }
    }
    const emitter = new Faulty();
    const flow = events(emitter, "line", { close: ["close"] });
    await expect(flow.return()).rejects.toBe(error);
    expect(emitter.count).toBe(0);
    const controller = new AbortController();
    const aborted = events(emitter, "line", { close: ["close"], signal: controller.signal });
    controller.abort("enough");
    expect(emitter.count).toBe(0);
    await expect(aborted.next()).rejects.toBe("enough");
  });

  test("leaves no listener when it cannot listen to all, and tells why", async () => {
    const error = new Error("adding");
    class Faulty extends Emitter {
      override on(name: string, listener: Listener): this {
        if (name === "error") throw error;
        return super.on(name, listener);
      }
    }
    const emitter = new Faulty();
    const flow = events(emitter, "line", { close: "close" });
    expect(emitter.count).toBe(0);
    await expect(flow.next()).rejects.toBe(error);
  });

  test("an abort does not throw into what aborts, though removing a listener does", async () => {
    const controller = new AbortController();
    const target = {
      addEventListener() {},
      removeEventListener() {
        throw new Error("removing");
      },
    };
    for (let i = 0; i < 1000; i++) events(target, "x", { signal: controller.signal });
    const last = events(target, "x", { signal: controller.signal });
    controller.abort("enough");
    await expect(last.next()).rejects.toBe("enough");
  });
});

test("events rejects what makes no sense, and does not listen then", () => {
  const emitter = new Emitter();
  expect(() => events(emitter, "data", { capacity: 0 })).toThrow(RangeError);
  const overflow = "wait" as "drop-oldest";
  expect(() => events(emitter, "data", { overflow })).toThrow(
    new TypeError("Unknown overflow policy: wait (expected fail, drop-oldest or drop-newest)"),
  );
  for (const [silent, type] of [
    [{}, "object"],
    [undefined, "undefined"],
  ] as const) {
    expect(() => events(silent as unknown as Emitter, "data")).toThrow(
      new TypeError(`events() takes an EventTarget or an EventEmitter, and not of type ${type}`),
    );
  }
  expect(emitter.count).toBe(0);
});
