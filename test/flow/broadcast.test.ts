import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settled, state } from "../support/settled.ts";
import { broadcast, cooperative } from "coroutine-channels";
import { Probe, waiting } from "./probe.ts";
import { thorough } from "../support/scope.ts";

const done = { value: undefined, done: true };
const naturals = (count: number) => Array.from({ length: count }, (_, i) => i);
const item = (value: unknown) => ({ value, done: false });

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of items) all.push(value);
  return all;
}

describe("broadcast", () => {
  test("gives every item to every consumer, in order", async () => {
    const items = broadcast(new Probe({ items: naturals(20) }));
    const seen = await Promise.all([items, items.subscribe(), items].map((each) => collect(each)));
    expect(seen).toEqual([naturals(20), naturals(20), naturals(20)]);
  });

  test("asks for an item when all consumers present have asked for one", async () => {
    const source = waiting(naturals(10));
    const items = broadcast(source);
    const [quick, slow] = [items.subscribe(), items.subscribe()];
    const request = quick.next();
    await settled();
    expect(source.asked).toBe(0);
    expect(await slow.next()).toEqual(item(0));
    expect(await request).toEqual(item(0));
    const ahead = [quick.next(), quick.next(), quick.next()];
    await settled();
    expect(source.asked).toBe(1);
    expect(await slow.next()).toEqual(item(1));
    await settled();
    expect(await Promise.all(ahead.map((each) => state(each)))).toEqual([
      { value: item(1) },
      "pending",
      "pending",
    ]);
    await slow.return();
    expect(await Promise.all(ahead)).toEqual([item(1), item(2), item(3)]);
    await quick.return();
    expect(source.closed).toBe(1);
  });

  test("waits for a consumer that has to catch up", async () => {
    const source = waiting<number>();
    const items = broadcast(source);
    const early = items.subscribe();
    const requests = [early.next(), early.next()];
    await settled();
    const late = items.subscribe();
    source.give(1);
    expect(await requests[0]).toEqual(item(1));
    expect(await late.next()).toEqual(item(1));
    await settled();
    expect(source.asked).toBe(1);
    const next = late.next();
    await settled();
    expect(source.asked).toBe(2);
    source.give(2);
    expect(await Promise.all([requests[1], next])).toEqual([item(2), item(2)]);
    await Promise.all([early.return(), late.return()]);
  });

  test("gives a consumer what comes after it has joined, even before it asks", async () => {
    const source = waiting<number>();
    const items = broadcast(source);
    const early = items.subscribe();
    const request = early.next();
    await settled();
    const late = items.subscribe();
    source.give(1);
    expect(await request).toEqual(item(1));
    expect(await late.next()).toEqual(item(1));
    await Promise.all([early.return(), late.return()]);
    expect(source.closed).toBe(1);
  });

  test("does not let a consumer with a buffer slow the others, and bounds what it keeps", async () => {
    const lost: number[] = [];
    const items = broadcast(waiting(naturals(50)));
    const quick = items.subscribe();
    const slow = items.subscribe({
      capacity: 2,
      overflow: "drop-oldest",
      onDrop: (value) => void lost.push(value),
    });
    for (const i of naturals(50)) expect(await quick.next()).toEqual(item(i));
    expect(lost).toEqual(naturals(48));
    expect(await slow.next()).toEqual(item(48));
    expect(await slow.next()).toEqual(item(49));
    await Promise.all([quick.return(), slow.return()]);
  });

  test("lets the others wait for a consumer whose buffer is full", async () => {
    const source = waiting(naturals(50));
    const items = broadcast(source);
    const quick = items.subscribe();
    const slow = items.subscribe({ capacity: 3 });
    for (const i of naturals(3)) expect(await quick.next()).toEqual(item(i));
    const request = quick.next();
    await settled();
    expect(await state(request)).toBe("pending");
    expect(source.asked).toBe(3);
    expect(await slow.next()).toEqual(item(0));
    expect(await request).toEqual(item(3));
    await Promise.all([quick.return(), slow.return()]);
  });

  test("shows the source's error to every consumer, after its items, once", async () => {
    const error = new Error("source");
    const source = new Probe({ items: [1], then: { error } });
    const items = broadcast(source);
    const consumers = [items.subscribe(), items.subscribe(), items.subscribe({ capacity: 5 })];
    for (const result of await Promise.all(consumers.map((each) => each.next()))) {
      expect(result).toEqual(item(1));
    }
    for (const request of consumers.map((each) => each.next())) {
      await expect(request).rejects.toBe(error);
    }
    for (const each of consumers) expect(await each.next()).toEqual(done);
    expect(source.closed).toBe(0);
  });

  test("ends only the consumer whose onDrop throws", async () => {
    const error = new Error("onDrop");
    const source = waiting(naturals(10));
    const items = broadcast(source);
    const onDrop = () => {
      throw error;
    };
    const faulty = items.subscribe({ capacity: 1, overflow: "drop-newest", onDrop });
    const sound = items.subscribe();
    for (const i of naturals(5)) expect(await sound.next()).toEqual(item(i));
    expect(await faulty.next()).toEqual(item(0));
    await expect(faulty.next()).rejects.toBe(error);
    expect(source.closed).toBe(0);
    await sound.return();
    expect(source.closed).toBe(1);
  });

  test("ends only the consumer that an error is thrown into", async () => {
    const error = new Error("consumer");
    const source = waiting(naturals(10));
    const items = broadcast(source);
    const [one, two] = [items.subscribe(), items.subscribe()];
    await Promise.all([one.next(), two.next()]);
    await expect(one.throw(error)).rejects.toBe(error);
    expect(source.closed).toBe(0);
    expect(await two.next()).toEqual(item(1));
    await two.return();
    expect(source.closed).toBe(1);
  });

  test("closes its source with the last consumer, and has nothing for who joins later", async () => {
    const source = waiting(naturals(10));
    const items = broadcast(source);
    for await (const _ of items) break;
    expect(source.closed).toBe(1);
    expect(await items.subscribe().next()).toEqual(done);
    expect(await items.subscribe({ capacity: 3 }).next()).toEqual(done);
    expect(await collect(items)).toEqual([]);
    expect(source).toMatchObject({ opened: 1, closed: 1 });
  });

  test("has nothing for who joins later, even if the source has never answered", async () => {
    const items = broadcast(new Probe({ then: "wait" }));
    const first = items.subscribe();
    const request = first.next();
    await settled();
    await first.return();
    expect(await request).toEqual(done);
    expect(await items.subscribe().next()).toEqual(done);
  });

  test("asks for nothing before a consumer has asked, even if all have room", async () => {
    const source = waiting([1]);
    const items = broadcast(source);
    const [plain, buffered] = [items.subscribe(), items.subscribe({ capacity: 2 })];
    await plain.return();
    await settled();
    expect(source.asked).toBe(0);
    expect(await buffered.next()).toEqual(item(1));
    await buffered.return();
  });

  test("tells an error in closing to the consumer that leaves last", async () => {
    const error = new Error("closing");
    const source = new Probe({ items: [1], then: "wait", prompt: true, closing: { error } });
    const items = broadcast(source);
    const [one, two] = [items.subscribe(), items.subscribe()];
    await Promise.all([one.next(), two.next()]);
    await one.return();
    await expect(two.return()).rejects.toBe(error);
  });

  test("a consumer that another's onDrop makes leave is not handed the item that is dealt out", async () => {
    const source = waiting([1, 2]);
    const items = broadcast(source);
    const lost: unknown[] = [];
    const first = items.subscribe({
      capacity: 1,
      overflow: "drop-newest",
      onDrop: () => void second.return(),
    });
    const second = items.subscribe({ capacity: 1, onDrop: (item) => void lost.push(item) });
    const third = items.subscribe();
    const seen = [third.next(), third.next(), second.next()];
    expect(await Promise.all(seen)).toEqual([item(1), item(2), item(1)]);
    expect(lost).toEqual([]);
    await Promise.all([first.return(), third.return()]);
  });

  test("takes a capacity of undefined for none", async () => {
    const source = waiting([1, 2]);
    const items = broadcast(source);
    const idle = items.subscribe({ capacity: undefined });
    const busy = items.subscribe();
    void busy.next();
    await settled();
    expect(source.asked).toBe(0); // the others wait for it
    await Promise.all([idle.return(), busy.return()]);
  });

  test("rejects options that make no sense, and does not join then", async () => {
    const source = new Probe({ items: [1] });
    const items = broadcast(source);
    expect(() => items.subscribe({ capacity: 0 })).toThrow(RangeError);
    expect(await items.subscribe().next()).toEqual(item(1));
  });

  test("gives every consumer a gapless run, whoever joins and leaves when", async () => {
    type Step = { readonly what: "join" | "take" | "leave" | "settle"; readonly who: number };
    const step: fc.Arbitrary<Step> = fc.record({
      what: fc.constantFrom("join", "take", "take", "take", "leave", "settle"),
      who: fc.nat(3),
    });
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: "max" }),
      async (steps) => {
        const source = waiting(naturals(1000));
        const items = broadcast(source);
        const present = new Map<
          number,
          { flow: AsyncGenerator<number, void, void>; seen: number[] }
        >();
        const runs: number[][] = [];
        /** How many items have had room with consumers that may run ahead, those that left included. */
        let room = 0;
        for (const { what, who } of steps) {
          const consumer = present.get(who);
          if (what === "settle") await settled();
          else if (what === "join" && consumer === undefined) {
            const options = who === 0 ? { capacity: 2 } : undefined;
            room += options?.capacity ?? 0;
            const joined = { flow: items.subscribe(options), seen: [] };
            present.set(who, joined);
            runs.push(joined.seen);
          } else if (what === "take") {
            void consumer?.flow.next().then(({ value, done: ended }) => {
              if (!ended) consumer.seen.push(value);
            });
          } else if (what === "leave") {
            present.delete(who);
            await consumer?.flow.return();
          }
        }
        await settled();
        for (const seen of runs) {
          const first = seen[0] ?? 0;
          expect(seen).toEqual(seen.map((_, i) => first + i));
        }
        const reached = Math.max(-1, ...runs.flat());
        expect(source.given).toBeLessThanOrEqual(reached + 1 + room + 1);
        const { opened } = source;
        for (const { flow } of present.values()) await flow.return();
        expect(source.closed).toBe(runs.length > 0 ? 1 : 0);
        expect(opened).toBeLessThanOrEqual(1);
      },
    );
    await fc.assert(property, { numRuns: thorough ? 300 : 50 });
  });

  test("composes: consumers of a broadcast of a broadcast", async () => {
    const source = new Probe({ items: naturals(5) });
    const inner = broadcast(broadcast(cooperative(source)).subscribe());
    expect(await Promise.all([collect(inner), collect(inner)])).toEqual([naturals(5), naturals(5)]);
  });
});

describe("broadcast with replay", () => {
  test("apollographql/graphql-subscriptions#252, thefrontside/effection#254: gives the last items first to a consumer that joins late", async () => {
    const source = waiting<number>();
    const items = broadcast(source, { replay: 2 });
    const early = items.subscribe();
    for (const i of naturals(4)) {
      const request = early.next();
      await settled();
      source.give(i);
      expect(await request).toEqual(item(i));
    }
    const late = items.subscribe();
    expect([await late.next(), await late.next()]).toEqual([item(2), item(3)]);
    const requests = [early.next(), late.next()];
    await settled();
    source.give(4);
    expect(await Promise.all(requests)).toEqual([item(4), item(4)]);
    await Promise.all([early.return(), late.return()]);
    expect(source.closed).toBe(1);
  });

  test("also after the end, after an error and after an abort, and then tells that", async () => {
    const error = new Error("source");
    for (const how of ["end", "error", "abort"] as const) {
      const controller = new AbortController();
      const then = how === "end" ? "end" : how === "error" ? { error } : "wait";
      const source = new Probe({ items: naturals(5), then });
      const items = broadcast(source, { replay: 3, signal: controller.signal });
      const first = items.subscribe();
      for (const i of naturals(5)) expect(await first.next()).toEqual(item(i));
      if (how === "abort") controller.abort(error);
      const told = (consumer: AsyncGenerator) => consumer.next().catch((e: unknown) => e);
      expect(await told(first)).toEqual(how === "end" ? done : error);
      for (const options of [
        undefined,
        { capacity: 1 },
        { capacity: 1, overflow: "drop-newest" },
      ]) {
        const late = items.subscribe(options as undefined);
        for (const i of [2, 3, 4]) expect(await late.next()).toEqual(item(i));
        expect(await told(late)).toEqual(how === "end" ? done : error);
        expect(await told(late)).toEqual(done);
      }
    }
  });

  test("also when all have left: a value that everybody gets", async () => {
    const source = waiting(["value"]);
    const value = broadcast(source, { replay: 1 });
    for await (const each of value) {
      expect(each).toBe("value");
      break;
    }
    expect(source.closed).toBe(1);
    expect(await collect(value)).toEqual(["value"]);
  });

  test("keeps all with Infinity, and nothing with 0", async () => {
    const all = broadcast(new Probe({ items: naturals(5) }), { replay: Infinity });
    const none = broadcast(new Probe({ items: naturals(5) }), { replay: 0 });
    for (const items of [all, none]) expect(await collect(items)).toEqual(naturals(5));
    expect(await collect(all)).toEqual(naturals(5));
    expect(await collect(none)).toEqual([]);
  });

  test("does not repeat an item to a consumer that joins as another drops it", async () => {
    const source = waiting<number>();
    const items = broadcast(source, { replay: 5 });
    const joined: AsyncGenerator<number, void, void>[] = [];
    const onDrop = () => void joined.push(items.subscribe());
    const dropping = items.subscribe({ capacity: 1, overflow: "drop-newest", onDrop });
    const paced = items.subscribe({ capacity: 9 });
    const requests = [dropping.next()];
    for (const i of naturals(3)) {
      await settled();
      source.give(i);
    }
    await settled();
    expect(await requests[0]).toEqual(item(0));
    expect(joined).toHaveLength(1);
    for (const i of naturals(3)) expect(await joined[0]!.next()).toEqual(item(i));
    await Promise.all([dropping, paced, ...joined].map((each) => each.return()));
  });

  test.each([-1, 1.5, NaN])("rejects the number of items %s", (replay) => {
    expect(() => broadcast([], { replay })).toThrow(
      new RangeError(`replay is an integer from 0, or Infinity, and not ${replay}`),
    );
  });
});

describe("broadcast with signals", () => {
  test("gives each consumer what is kept for it, then the reason, and leaves its source", async () => {
    const controller = new AbortController();
    const source = waiting<number>();
    const items = broadcast(source, { signal: controller.signal });
    const [waits, keeps] = [items.subscribe(), items.subscribe({ capacity: 3 })];
    const first = waits.next();
    await settled();
    source.give(1);
    expect(await first).toEqual(item(1));
    const request = waits.next();
    controller.abort("enough");
    expect(source.closed).toBe(1);
    await expect(request).rejects.toBe("enough");
    expect(await keeps.next()).toEqual(item(1));
    await expect(keeps.next()).rejects.toBe("enough");
    await expect(items.subscribe().next()).rejects.toBe("enough");
  });

  test("ends one consumer and leaves the others alone", async () => {
    const controller = new AbortController();
    const source = waiting(naturals(5));
    const items = broadcast(source);
    const [leaves, stays] = [items.subscribe({ signal: controller.signal }), items.subscribe()];
    const request = stays.next();
    await settled();
    expect(source.asked).toBe(0);
    controller.abort("enough");
    expect(await request).toEqual(item(0));
    await expect(leaves.next()).rejects.toBe("enough");
    expect(source.closed).toBe(0);
    await stays.return();
    expect(source.closed).toBe(1);
  });
});

describe("defects of peers that broadcast does not have", () => {
  test("denoland/std#919: tee repeats no item on overlapping requests, and shows errors to each branch", async () => {
    const error = new Error("source");
    const items = broadcast(new Probe({ items: [1, 2], then: { error } }));
    const branches = [items.subscribe(), items.subscribe()];
    const results = await Promise.all(
      branches.map((branch) =>
        Promise.allSettled([branch.next(), branch.next(), branch.next(), branch.next()]),
      ),
    );
    for (const [first, second, third, fourth] of results) {
      expect(first).toMatchObject({ value: item(1) });
      expect(second).toMatchObject({ value: item(2) });
      expect(third).toEqual({ status: "rejected", reason: error });
      expect(fourth).toMatchObject({ value: done });
    }
  });

  test("whatwg/streams#1233, whatwg/streams#1235, whatwg/streams#506: the slower branch paces, nothing piles up", async () => {
    const source = waiting(naturals(1000));
    const items = broadcast(source);
    const [quick, slow] = [items.subscribe(), items.subscribe()];
    const requests = naturals(100).map(() => quick.next());
    await slow.next();
    await settled();
    expect(source.given).toBe(1);
    await Promise.all([quick.return(), slow.return()]);
    await Promise.all(requests);
  });

  test("Effect-TS/effect#6232: a consumer whose buffer is full and drops gets the end, or the error", async () => {
    const error = new Error("source");
    for (const overflow of ["drop-oldest", "drop-newest"] as const) {
      for (const end of ["end" as const, { error }]) {
        const items = broadcast(new Probe({ items: naturals(9), then: end }));
        const [all, some] = [items.subscribe(), items.subscribe({ capacity: 1, overflow })];
        for (const i of naturals(9)) expect(await all.next()).toEqual(item(i));
        const last = async (consumer: AsyncGenerator) => consumer.next().catch((caught) => caught);
        expect(await last(all)).toEqual(end === "end" ? done : error);
        expect(await some.next()).toEqual(item(overflow === "drop-oldest" ? 8 : 0));
        expect(await last(some)).toEqual(end === "end" ? done : error);
      }
    }
  });

  test("solidjs/solid#3118: one slow reader does not make the source run ahead", async () => {
    const source = waiting(naturals(17_000));
    const items = broadcast(source);
    const slow = items.subscribe({ capacity: 8 });
    await slow.next();
    await settled();
    expect(source.given).toBe(9);
    await slow.return();
  });

  test("nodejs/node#63499, nodejs/node#63500: overlapping requests on one consumer are all answered", async () => {
    const source = waiting<number>();
    const consumer = broadcast(source).subscribe();
    const requests = [consumer.next(), consumer.next(), consumer.next()];
    for (const i of naturals(3)) {
      await settled();
      source.give(i);
    }
    expect(await Promise.all(requests)).toEqual([item(0), item(1), item(2)]);
    await consumer.return();
  });

  test("nodejs/node#65298, anomalyco/opencode#34977: a consumer that left is not waited for", async () => {
    const items = broadcast(waiting(naturals(10)));
    const [stays, leaves] = [items.subscribe(), items.subscribe()];
    await leaves.return();
    expect(await stays.next()).toEqual(item(0));
    await stays.return();
  });

  test("thefrontside/effection#254, thefrontside/effection#212: nothing is sent before somebody has joined", async () => {
    const source = new Probe({ items: [1, 2] });
    const items = broadcast(source);
    await settled();
    expect(source.opened).toBe(0);
    expect(await collect(items)).toEqual([1, 2]);
  });
});
