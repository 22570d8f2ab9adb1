import { describe, expect, expectTypeOf, test } from "vitest";
import { callbacks, type Pushing } from "coroutine-channels";
import { dispose } from "../support/dispose.ts";
import { settled, state } from "../support/settled.ts";

const done = { value: undefined, done: true };
const item = (value: unknown) => ({ value, done: false });

/** Something that pushes, and notes what is done to it. */
function pushing<T = number>(options?: Parameters<typeof callbacks<T>>[1], undo?: () => unknown) {
  const log: string[] = [];
  const source = { log, undone: 0 } as { log: string[]; undone: number } & Pushing<T>;
  const flow = callbacks<T>((to) => {
    log.push("subscribed");
    Object.assign(source, to);
    return () => {
      source.undone++;
      return undo?.();
    };
  }, options);
  return { flow, source };
}

/** It has begun, and given one item. */
async function begun(options?: Parameters<typeof callbacks<number>>[1], undo?: () => unknown) {
  const made = pushing<number>(options, undo);
  const first = made.flow.next();
  await settled();
  made.source.push(0);
  await first;
  return made;
}

describe("callbacks", () => {
  test("begins at the first request, in a turn of its own, and not before", async () => {
    const { flow, source } = pushing();
    await settled();
    expect(source.log).toEqual([]);
    const request = flow.next();
    expect(source.log).toEqual([]);
    await settled();
    expect(source.log).toEqual(["subscribed"]);
    void flow.next();
    await settled();
    expect(source.log).toEqual(["subscribed"]);
    source.push(1);
    expect(await request).toEqual(item(1));
    await flow.return();
    expect(source.undone).toBe(1);
  });

  test("never begins when it is left before", async () => {
    for (const leave of [
      (flow: AsyncGenerator) => flow.return(undefined),
      (flow: AsyncGenerator) => flow.throw("thrown").catch(() => {}),
      (flow: AsyncGenerator) => dispose(flow),
      (flow: AsyncGenerator) => Promise.all([flow.next(), flow.return(undefined)]),
    ]) {
      const { flow, source } = pushing();
      await leave(flow);
      expect(await flow.next()).toEqual(done);
      await settled();
      expect(source.log).toEqual([]);
    }
  });

  test("repeaterjs/repeater#17: gives what is pushed, at once and later, in order, whatever it is", async () => {
    const { flow, source } = await begun({});
    const values = [undefined, null, false, () => {}, { then: () => expect.fail("awaited") }];
    for (const value of values) source.push(value as unknown as number);
    for (const value of values) expect(Object.is((await flow.next()).value, value)).toBe(true);
    const requests = [flow.next(), flow.next()];
    source.push(1);
    source.push(2);
    expect(await Promise.all(requests)).toEqual([item(1), item(2)]);
    await flow.return();
  });

  test("ends after what was pushed before, and undoes at once", async () => {
    const { flow, source } = await begun();
    source.push(1);
    source.end();
    expect(source.undone).toBe(1);
    source.push(2);
    source.fail(new Error("late"));
    source.end();
    expect(await flow.next()).toEqual(item(1));
    expect(await flow.next()).toEqual(done);
    expect(await flow.next()).toEqual(done);
    expect(source.undone).toBe(1);
  });

  test("fails after what was pushed before, and undoes at once", async () => {
    const { flow, source } = await begun();
    const error = new Error("failed");
    source.push(1);
    source.fail(error);
    expect(source.undone).toBe(1);
    source.push(2);
    expect(await flow.next()).toEqual(item(1));
    await expect(flow.next()).rejects.toBe(error);
    expect(await flow.next()).toEqual(done);
  });

  test("fails with whatever it is told, be it undefined", async () => {
    const { flow, source } = await begun();
    source.fail(undefined);
    const error: unknown = await flow.next().then(
      () => "nothing",
      (reason: unknown) => reason,
    );
    expect(error).toBe(undefined);
  });

  test.each<[string, (flow: AsyncGenerator<number, void, void>) => Promise<unknown>]>([
    ["return", (flow) => flow.return()],
    ["throw", (flow) => flow.throw("thrown").catch(() => {})],
    ["disposal", (flow) => dispose(flow)],
    [
      "break",
      async (flow) => {
        for await (const _ of flow) break;
      },
    ],
    [
      "return while it waits",
      async (flow) => {
        await flow.next();
        const request = flow.next();
        await settled();
        await flow.return();
        expect(await request).toEqual(done);
      },
    ],
  ])("is undone at once, and once, on %s", async (_, leave) => {
    const { flow, source } = await begun();
    source.push(1);
    await leave(flow);
    expect(source.undone).toBe(1);
    source.push(2);
    await flow.return();
    expect([await flow.next(), source.undone]).toEqual([done, 1]);
  });

  test("is undone when it has returned, if it ends while it subscribes", async () => {
    const error = new Error("failed");
    for (const how of ["end", "fail", "abort", "overflow"] as const) {
      const log: string[] = [];
      const controller = new AbortController();
      const flow = callbacks<number>(
        ({ push, end, fail }) => {
          push(1);
          if (how === "end") end();
          else if (how === "fail") fail(error);
          else if (how === "abort") controller.abort(error);
          else [2, 3, 4].forEach((i) => push(i));
          push(9);
          log.push("returns");
          return () => log.push("undone");
        },
        { signal: controller.signal, capacity: 2 },
      );
      expect(await flow.next()).toEqual(item(1));
      expect(log).toEqual(["returns", "undone"]);
      const rest = await flow.next().catch((reason: unknown) => reason);
      if (how === "end") expect(rest).toEqual(done);
      else if (how === "overflow") expect(rest).toEqual(item(2));
      else expect(rest).toBe(error);
    }
  });

  test("tells what subscribing throws, after what was pushed before", async () => {
    const error = new Error("subscribing");
    const flow = callbacks<number>(({ push }) => {
      push(1);
      push(2);
      throw error;
    });
    expect([await flow.next(), await flow.next()]).toEqual([item(1), item(2)]);
    await expect(flow.next()).rejects.toBe(error);
    expect(await flow.next()).toEqual(done);
  });

  test("tells what undoing throws, once: to the leaving, or at the end", async () => {
    const error = new Error("undoing");
    const undo = () => {
      throw error;
    };
    const left = await begun({}, undo);
    await expect(left.flow.return()).rejects.toBe(error);
    expect(await left.flow.return()).toEqual(done);

    const ended = await begun({}, undo);
    ended.source.end();
    await expect(ended.flow.next()).rejects.toBe(error);
    expect(await ended.flow.next()).toEqual(done);

    const failed = await begun({}, undo);
    const failure = new Error("failed");
    failed.source.fail(failure);
    await expect(failed.flow.next()).rejects.toMatchObject({ errors: [failure, error] });

    const thrown = await begun({}, undo);
    await expect(thrown.flow.throw(failure)).rejects.toBe(failure);
    expect(await thrown.flow.return()).toEqual(done);
  });

  test("waits for an undoing that is asynchronous, and tells its error", async () => {
    const error = new Error("undoing");
    const { flow } = await begun({}, () => Promise.reject(error));
    await expect(flow.return()).rejects.toBe(error);
    const aborted = new AbortController();
    const other = await begun({ signal: aborted.signal }, () => Promise.reject(error));
    aborted.abort("enough");
    await expect(other.flow.next()).rejects.toBe("enough");
  });

  test("ends with the reason of its signal, after what was pushed before, and undoes at once", async () => {
    const controller = new AbortController();
    const { flow, source } = await begun({ signal: controller.signal }, () => {
      throw new Error("told to nobody");
    });
    source.push(1);
    controller.abort("enough");
    expect(source.undone).toBe(1);
    source.push(2);
    expect(await flow.next()).toEqual(item(1));
    await expect(flow.next()).rejects.toBe("enough");
    expect(await flow.next()).toEqual(done);
    const late = pushing({ signal: controller.signal });
    await expect(late.flow.next()).rejects.toBe("enough");
    expect(late.source.log).toEqual([]);
  });

  test("keeps 1024 items, and one more ends it with a ChannelOverflow, after those kept", async () => {
    const { flow, source } = await begun();
    for (let i = 0; i < 1024; i++) source.push(i);
    expect(source.undone).toBe(0);
    source.push(1024);
    expect(source.undone).toBe(1);
    source.push(1025);
    for (let i = 0; i < 1024; i++) expect(await flow.next()).toEqual(item(i));
    await expect(flow.next()).rejects.toMatchObject({
      name: "ChannelOverflow",
      message: "More items have come than may be kept (capacity 1024)",
    });
  });

  test("drops as its policy says, and tells of each item that nobody gets, once", async () => {
    for (const [overflow, kept, dropped] of [
      ["fail", [1, 2], [3]],
      ["drop-oldest", [3, 4], [1, 2]],
      ["drop-newest", [1, 2], [3, 4]],
    ] as const) {
      const lost: number[] = [];
      const onDrop = (i: number) => lost.push(i);
      const { flow, source } = await begun({ capacity: 2, overflow, onDrop });
      for (let i = 1; i <= 4; i++) source.push(i);
      expect(lost).toEqual(dropped);
      expect([await flow.next(), await flow.next()]).toEqual(kept.map(item));
      if (overflow === "fail") await expect(flow.next()).rejects.toThrow("may be kept");
      else source.push(5);
      await flow.return();
      expect(lost).toEqual(overflow === "fail" ? dropped : [...dropped, 5]);
    }
  });

  test("ends with what onDrop throws; nothing is thrown at what pushes", async () => {
    const error = new Error("onDrop");
    const onDrop = () => {
      throw error;
    };
    const { flow, source } = await begun({ capacity: 1, overflow: "drop-newest", onDrop });
    for (let i = 1; i <= 3; i++) source.push(i);
    expect(source.undone).toBe(1);
    expect(await flow.next()).toEqual(item(1));
    await expect(flow.next()).rejects.toBe(error);
  });

  test("a subscription that calls back into the consumer disturbs nothing", async () => {
    const log: unknown[] = [];
    const flow: AsyncGenerator<number, void, void> = callbacks<number>(({ push, end }) => {
      void flow.next().then((result) => log.push(result));
      push(1);
      push(2);
      void flow.next().then((result) => log.push(result));
      end();
      return () => void flow.next().then((result) => log.push(result));
    });
    expect(await flow.next()).toEqual(item(1));
    await settled();
    expect(log).toEqual([item(2), done, done]);
  });

  test("refuses what is no function, or async, and says what to do", async () => {
    const message = "callbacks() takes a function that is not async, and returns what undoes it";
    expect(() => callbacks(5 as never)).toThrow(new TypeError(message));
    await expect(callbacks((async () => {}) as never).next()).rejects.toThrow(
      new TypeError(message),
    );
    const failing = callbacks((async () => Promise.reject(new Error("unheard"))) as never);
    await expect(failing.next()).rejects.toThrow(new TypeError(message));
    await expect(callbacks((() => 5) as never).next()).rejects.toThrow(new TypeError(message));
    expect(() => callbacks(() => {}, { capacity: 0 })).toThrow(RangeError);
    expect(() => callbacks(() => {}, { overflow: "wait" as "fail" })).toThrow(
      new TypeError("Unknown overflow policy: wait (expected fail, drop-oldest or drop-newest)"),
    );
  });

  test("needs nothing that undoes it", async () => {
    const flow = callbacks<number>(({ push, end }) => {
      push(1);
      end();
    });
    expectTypeOf(flow).toEqualTypeOf<AsyncGenerator<number, void, void>>();
    expect([await flow.next(), await flow.next()]).toEqual([item(1), done]);
    expect(await state(flow.next())).toEqual({ value: done });
  });
});
