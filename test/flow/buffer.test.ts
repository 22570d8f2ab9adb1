import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Channel, produce } from "coroutine-channels";
import { settled } from "../support/settled.ts";
import { buffer } from "coroutine-channels";
import { Probe, waiting } from "./probe.ts";
import { thorough } from "../support/scope.ts";
import { deferred } from "../support/deferred.ts";

const take = (iterator: AsyncIterator<unknown>) => iterator.next().then(({ value }) => value);
const naturals = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("buffer", () => {
  test.each([1, 2, 5, 100])("lets its source run ahead by %i, at every step", async (capacity) => {
    const source = waiting(naturals(200));
    const flow = buffer(source, { capacity });
    for (let taken = 1; taken < 50; taken++) {
      expect(await take(flow)).toBe(taken - 1);
      await settled();
      expect(source.given).toBe(taken + capacity);
    }
    await flow.return();
  });

  test("lets its source run ahead without bound when that is written", async () => {
    const source = waiting(naturals(5000));
    const flow = buffer(source, { capacity: Infinity });
    await take(flow);
    await settled();
    expect(source.given).toBe(5000);
    await flow.return();
  });

  test.each([0, -1, 1.5, NaN, undefined, "2"])("rejects the capacity %s", (capacity) => {
    const options = { capacity: capacity as number };
    const message = `capacity is an integer from 1, or Infinity, and not ${capacity}`;
    expect(() => buffer(new Probe(), options)).toThrow(new RangeError(message));
  });

  test("says what is missing where there are no options at all", () => {
    expect(() => buffer(new Probe(), undefined as never)).toThrow(RangeError);
  });

  test("rejects an unknown policy", () => {
    const options = { capacity: 1, overflow: "drop" as "wait" };
    const message = "Unknown overflow policy: drop (expected wait, drop-oldest or drop-newest)";
    expect(() => buffer(new Probe(), options)).toThrow(new TypeError(message));
  });

  test("gives in the end what its source returned", async () => {
    const source = produce<number, void, string>(async (server) => {
      await server.send(1);
      return "result";
    });
    const flow = buffer(source, { capacity: 3 });
    expect(await flow.next()).toEqual({ value: 1, done: false });
    expect(await flow.next()).toEqual({ value: "result", done: true });
    expect(await flow.next()).toEqual({ value: undefined, done: true });
  });

  test.each([
    ["drop-oldest", [0, 8, 9], [1, 2, 3, 4, 5, 6, 7]],
    ["drop-newest", [0, 1, 2], [3, 4, 5, 6, 7, 8, 9]],
  ] as const)("%s keeps two, and hands over the others", async (overflow, kept, dropped) => {
    const lost: number[] = [];
    const source = new Probe({ items: naturals(10), result: "result" });
    const options = { capacity: 2, overflow, onDrop: (item: number) => void lost.push(item) };
    const flow = buffer(source, options);
    const seen = [await take(flow)];
    await settled();
    expect(lost).toEqual(dropped);
    seen.push(await take(flow), await take(flow));
    expect(seen).toEqual(kept);
    expect(await flow.next()).toEqual({ value: "result", done: true });
    expect(lost).toEqual(dropped);
  });

  test("with capacity 1 and drop-oldest keeps the latest value", async () => {
    const source = waiting<number>();
    const flow = buffer(source, { capacity: 1, overflow: "drop-oldest" });
    const first = flow.next();
    for (let i = 0; i < 100; i++) {
      await settled();
      source.give(i);
    }
    await settled();
    expect(await first).toEqual({ value: 0, done: false });
    expect(await take(flow)).toBe(99);
    await flow.return();
  });

  test("never drops what the consumer waits for", async () => {
    const lost: number[] = [];
    const source = waiting<number>();
    const onDrop = (item: number) => void lost.push(item);
    const flow = buffer(source, { capacity: 1, overflow: "drop-newest", onDrop });
    for (let i = 0; i < 10; i++) {
      const request = flow.next();
      await settled();
      source.give(i);
      expect(await request).toEqual({ value: i, done: false });
    }
    expect(lost).toEqual([]);
    await flow.return();
  });

  test("hands over what is left when the consumer leaves, once, in order", async () => {
    const lost: number[] = [];
    const source = waiting(naturals(10));
    const flow = buffer(source, { capacity: 4, onDrop: (item) => void lost.push(item) });
    await take(flow);
    await settled();
    await flow.return();
    await flow.return();
    expect(lost).toEqual([1, 2, 3, 4]);
    expect(source.given).toBe(5);
  });

  test("tells an error of its source that nobody has come to when the consumer leaves, once", async () => {
    const error = new Error("source");
    const flow = buffer(new Probe({ items: [1, 2], then: { error } }), { capacity: 5 });
    await take(flow);
    await settled();
    await expect(flow.return()).rejects.toBe(error);
    await flow.return();
  });

  test("tells nobody an error of its source that nobody has come to when the consumer throws", async () => {
    const error = new Error("source");
    const flow = buffer(new Probe({ items: [1, 2], then: { error } }), { capacity: 5 });
    await take(flow);
    await settled();
    await expect(flow.throw("thrown")).rejects.toBe("thrown");
    expect(await flow.return()).toEqual({ value: undefined, done: true });
  });

  test("ends with what onDrop throws, and closes its source", async () => {
    const error = new Error("onDrop");
    const source = waiting(naturals(10));
    const onDrop = () => {
      throw error;
    };
    const flow = buffer(source, { capacity: 1, overflow: "drop-newest", onDrop });
    expect(await take(flow)).toBe(0);
    await settled();
    expect(await take(flow)).toBe(1);
    await expect(flow.next()).rejects.toBe(error);
    expect(source).toMatchObject({ closed: 1, given: 3 });
  });

  test("hands over what the source still gives while it is being closed, or tells what that throws", async () => {
    const error = new Error("onDrop");
    for (const fails of [false, true]) {
      const gate = deferred<void>();
      const generator = (async function* () {
        yield 1;
        await gate.promise;
        yield 2;
      })();
      const lost: number[] = [];
      const onDrop = (item: number) => {
        lost.push(item);
        if (fails) throw error;
      };
      const flow = buffer(generator, { capacity: 3, onDrop });
      await flow.next();
      await settled();
      const left = flow.return(undefined);
      gate.resolve();
      if (fails) await expect(left).rejects.toBe(error);
      else expect(await left).toEqual({ value: undefined, done: true });
      expect(lost).toEqual([2]);
    }
  });

  test("closes its source at once when onDrop throws, and tells what fails in that, too", async () => {
    const errors = [new Error("onDrop"), new Error("closing")];
    const closing = { error: errors[1] };
    const source = new Probe({ items: naturals(9), then: "wait", prompt: true, closing });
    const onDrop = () => {
      throw errors[0];
    };
    const flow = buffer(source, { capacity: 1, overflow: "drop-newest", onDrop });
    await flow.next();
    await settled();
    expect(source.closed).toBe(1);
    await flow.next();
    const failure = await flow.next().then(undefined, (error: unknown) => error);
    expect((failure as AggregateError).errors).toEqual(errors);
    expect(source.closed).toBe(1);
  });

  test("drops no item that did not come, since its source failed when all had left", async () => {
    const error = new Error("source");
    const gate = deferred<never>();
    const next = () => gate.promise;
    const lost: unknown[] = [];
    const source = { [Symbol.asyncIterator]: () => ({ next, return: () => gate.promise }) };
    const flow = buffer(source, { capacity: 1, onDrop: (item) => lost.push(item) });
    const request = flow.next();
    await settled();
    const left = flow.return(undefined).catch((failure: unknown) => failure);
    gate.reject(error);
    expect(await request).toEqual({ value: undefined, done: true });
    expect(await left).toMatchObject({ errors: [error, error] }); // of the request, and of the closing
    await settled();
    expect(lost).toEqual([]);
  });

  test("shows what onDrop throws for what is left", async () => {
    const error = new Error("onDrop");
    const onDrop = () => {
      throw error;
    };
    const source = waiting(naturals(3));
    const flow = buffer(source, { capacity: 1, onDrop });
    await take(flow);
    await settled();
    await expect(flow.return()).rejects.toBe(error);
    expect(source.closed).toBe(1);
  });

  test("accounts for every item, whatever the policy and the pace", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("wait" as const, "drop-oldest" as const, "drop-newest" as const),
      fc.array(fc.constantFrom("give", "take", "settle"), { maxLength: 40, size: "max" }),
      async (capacity, overflow, steps) => {
        const source = waiting<number>();
        const lost: number[] = [];
        const flow = buffer(source, { capacity, overflow, onDrop: (item) => void lost.push(item) });
        const seen: number[] = [];
        const asked: Promise<unknown>[] = [];
        const ask = () =>
          asked.push(
            flow.next().then(({ value, done }) => {
              if (!done) seen.push(value);
            }),
          );
        ask();
        await settled();
        let given = 0;
        for (const step of steps) {
          if (step === "take") ask();
          else if (step === "settle") await settled();
          else if (source.asked > given) source.give(given++);
        }
        await settled();
        const ahead = given - lost.length - seen.length;
        expect(ahead).toBeLessThanOrEqual(capacity);
        if (overflow === "wait") expect(source.asked - asked.length).toBeLessThanOrEqual(capacity);
        await flow.return();
        await Promise.all(asked);
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
        expect([...seen, ...lost].toSorted((a, b) => a - b)).toEqual(naturals(given));
      },
    );
    await fc.assert(property, { numRuns: thorough ? 500 : 100 });
  });
});

describe("defects of peers that buffer does not have", () => {
  test("Effect-TS/effect#6232: a full dropping buffer does not drop the end", async () => {
    for (const overflow of ["drop-oldest", "drop-newest"] as const) {
      const flow = buffer(new Probe({ items: [1, 2, 3, 4] }), { capacity: 1, overflow });
      await take(flow);
      await settled();
      await take(flow);
      expect(await flow.next()).toEqual({ value: undefined, done: true });
    }
  });

  test("Effect-TS/effect#6232: nor an error", async () => {
    const error = new Error("source");
    const source = new Probe({ items: [1, 2, 3, 4], then: { error } });
    const flow = buffer(source, { capacity: 1, overflow: "drop-newest" });
    await take(flow);
    await settled();
    await take(flow);
    await expect(flow.next()).rejects.toBe(error);
  });

  test("queueable: who sent an item that is dropped goes on", async () => {
    for (const overflow of ["drop-oldest", "drop-newest"] as const) {
      const channel = new Channel<number>();
      const flow = buffer(channel.client(), { capacity: 1, overflow });
      const first = flow.next();
      const server = await channel.server();
      for (const i of naturals(10)) expect(await server.send(i)).toBe(undefined);
      expect(await first).toEqual({ value: 0, done: false });
      expect(await take(flow)).toBe(overflow === "drop-oldest" ? 9 : 1);
      await flow.return();
    }
  });

  test("it-pushable, thi.ng/umbrella csp: undefined is kept, taken and dropped as any item is", async () => {
    const lost: unknown[] = [];
    const source = waiting([undefined, undefined, undefined, undefined]);
    const onDrop = (item: unknown) => void lost.push(item);
    const flow = buffer(source, { capacity: 2, overflow: "drop-oldest", onDrop });
    expect(await flow.next()).toEqual({ value: undefined, done: false });
    await settled();
    expect(lost).toEqual([undefined]);
    expect(await flow.next()).toEqual({ value: undefined, done: false });
    await flow.return();
    expect(lost).toEqual([undefined, undefined]);
  });

  test("libp2p/js-libp2p-mplex#108, sindresorhus/emittery#40: memory is bounded by the capacity", async () => {
    const source = waiting(naturals(100_000));
    const flow = buffer(source, { capacity: 16 });
    await take(flow);
    await settled();
    expect(source.given).toBe(17);
    await flow.return();
  });

  test("rolftimmermans/event-iterator#9, nodejs/node#63499: no overlapping request is overwritten", async () => {
    const source = waiting<number>();
    const flow = buffer(source, { capacity: 1 });
    const requests = naturals(5).map(() => take(flow));
    for (const i of naturals(5)) {
      await settled();
      source.give(i);
    }
    expect(await Promise.all(requests)).toEqual(naturals(5));
    await flow.return();
  });

  test("nodejs/node#65333: an end does not strand what waits", async () => {
    const flow = buffer(new Probe({ items: [1, 2, 3] }), { capacity: 2 });
    const requests = naturals(6).map(() => flow.next());
    const values = (await Promise.all(requests)).map(({ value, done }) => (done ? "end" : value));
    expect(values).toEqual([1, 2, 3, "end", "end", "end"]);
  });
});
