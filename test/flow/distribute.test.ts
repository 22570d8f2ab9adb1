import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { settled } from "../support/settled.ts";
import { select, distribute } from "coroutine-channels";
import { Probe, waiting } from "./probe.ts";
import { thorough } from "../support/scope.ts";

const done = { value: undefined, done: true };
const naturals = (count: number) => Array.from({ length: count }, (_, i) => i);
const item = (value: unknown) => ({ value, done: false });

describe("distribute", () => {
  test("gives each item to the consumer that has waited longest", async () => {
    const source = waiting(naturals(10));
    const jobs = distribute(source);
    const [a, b] = [jobs.subscribe(), jobs.subscribe()];
    const requests = [b.next(), a.next(), b.next(), a.next()];
    expect(await Promise.all(requests)).toEqual([item(0), item(1), item(2), item(3)]);
    await settled();
    expect(source).toMatchObject({ opened: 1, asked: 4, overlapping: 1 });
    await Promise.all([a.return(), b.return()]);
    expect(source.closed).toBe(1);
  });

  test("gives every item to one of several loops", async () => {
    const jobs = distribute(new Probe({ items: naturals(100) }));
    const seen: number[][] = [[], [], []];
    await Promise.all(
      seen.map(async (own, pace) => {
        for await (const job of jobs) {
          own.push(job);
          for (let tick = 0; tick < pace * 3; tick++) await undefined;
        }
      }),
    );
    expect(seen.flat().toSorted((a, b) => a - b)).toEqual(naturals(100));
    for (const own of seen) expect(own.length).toBeGreaterThan(10);
  });

  test("gives the item of a consumer that left to another", async () => {
    const source = waiting<number>();
    const jobs = distribute(source);
    const [a, b] = [jobs.subscribe(), jobs.subscribe()];
    const request = a.next();
    await settled();
    await a.return();
    source.give(1);
    expect(await request).toEqual(done);
    await settled();
    expect(await b.next()).toEqual(item(1));
    await b.return();
    expect(source.closed).toBe(1);
  });

  test("drops the item of a consumer that left when the others leave, too", async () => {
    const source = waiting<number>();
    const jobs = distribute(source);
    const [a, b] = [jobs.subscribe(), jobs.subscribe()];
    void a.next();
    await settled();
    await a.return();
    source.give(1);
    await settled();
    expect(await b.return()).toEqual(done);
    expect(source.closed).toBe(1);
  });

  test("asks for nothing on behalf of a consumer that has left", async () => {
    const source = waiting<number>();
    const jobs = distribute(source);
    const [a, b] = [jobs.subscribe(), jobs.subscribe()];
    const requests = [a.next(), b.next()];
    await settled();
    await b.return();
    source.give(1);
    expect(await Promise.all(requests)).toEqual([item(1), done]);
    await settled();
    expect(source.asked).toBe(1);
    await a.return();
  });

  test("asks for nothing on behalf of a consumer that has asked and left in the same turn", async () => {
    const source = waiting([1]);
    const jobs = distribute(source);
    const [leaves, stays] = [jobs.subscribe(), jobs.subscribe()];
    const request = leaves.next();
    await leaves.return();
    expect(await request).toEqual(done);
    await settled();
    expect(source.asked).toBe(0);
    await stays.return();
  });

  test("effection: tells every consumer how the source ends", async () => {
    for (const error of [undefined, new Error("source")]) {
      const source = new Probe({ items: [1], then: error ? { error } : "end" });
      const jobs = distribute(source);
      const consumers = [jobs.subscribe(), jobs.subscribe(), jobs.subscribe()];
      const requests = consumers.slice(0, 2).map((consumer) => consumer.next());
      expect(await requests[0]).toEqual(item(1));
      const rest = [consumers[0]!.next(), requests[1]!, consumers[2]!.next()];
      for (const end of rest) {
        if (error) await expect(end).rejects.toBe(error);
        else expect(await end).toEqual(done);
      }
      expect(source.closed).toBe(0);
    }
  });

  test("gives what those who withdrew had asked for to whoever asks next, and then the end", async () => {
    const source = waiting<number>();
    const jobs = distribute(source);
    const [a, b, c] = [jobs.subscribe(), jobs.subscribe(), jobs.subscribe()];
    const controller = new AbortController();
    const selecting = select({ a }, { signal: controller.signal });
    await settled();
    controller.abort("withdrawn");
    await expect(selecting).rejects.toBe("withdrawn");
    source.give(0);
    await settled();
    expect(source.asked).toBe(1);
    expect(await b.next()).toEqual(item(0));
    await settled();
    expect(source.asked).toBe(1);
    const request = c.next();
    await settled();
    await source.return();
    expect(await request).toEqual(done);
    expect(await a.next()).toEqual(done);
  });

  test("gives an item that nobody has claimed to somebody before the reason of an abort", async () => {
    const controller = new AbortController();
    const source = waiting<number>();
    const jobs = distribute(source, { signal: controller.signal });
    const [leaves, stays] = [jobs.subscribe(), jobs.subscribe()];
    const request = leaves.next();
    await settled();
    await leaves.return();
    expect(await request).toEqual(done);
    source.give(1);
    await settled();
    controller.abort("enough");
    expect(source.closed).toBe(1);
    expect(await stays.next()).toEqual(item(1));
    await expect(stays.next()).rejects.toBe("enough");
    await expect(jobs.subscribe().next()).rejects.toBe("enough");
  });

  test("closes its source with the last consumer, and has nothing for who joins later", async () => {
    const source = waiting(naturals(10));
    const jobs = distribute(source);
    const [a, b] = [jobs.subscribe(), jobs.subscribe()];
    await a.next();
    await a.return();
    expect(source.closed).toBe(0);
    await b.return();
    expect(source.closed).toBe(1);
    expect(await jobs.subscribe().next()).toEqual(done);
  });

  test("gives every item once and in order to each, whoever joins and leaves when", async () => {
    type Step = { readonly what: "join" | "take" | "leave" | "settle"; readonly who: number };
    const step: fc.Arbitrary<Step> = fc.record({
      what: fc.constantFrom("join", "take", "take", "take", "leave", "settle"),
      who: fc.nat(3),
    });
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: "max" }),
      async (steps) => {
        const source = waiting(naturals(1000));
        const jobs = distribute(source);
        const stays = jobs.subscribe();
        const present = new Map<
          number,
          { flow: AsyncGenerator<number, void, void>; seen: number[] }
        >();
        const runs: number[][] = [];
        for (const { what, who } of steps) {
          const consumer = present.get(who);
          if (what === "settle") await settled();
          else if (what === "join" && consumer === undefined) {
            const joined = { flow: jobs.subscribe(), seen: [] };
            present.set(who, joined);
            runs.push(joined.seen);
          } else if (what === "take") {
            void consumer?.flow.next().then(({ value, done: ended }) => {
              if (!ended) consumer.seen.push(value);
            });
          } else if (what === "leave") {
            present.delete(who);
            void consumer?.flow.return();
          }
        }
        await settled();
        // Who stays gets what those who left had asked for.
        const rest: number[] = [];
        const seen = () => runs.flat().length + rest.length;
        while (seen() < source.given) rest.push((await stays.next()).value as number);
        const all = [...runs.flat(), ...rest].toSorted((a, b) => a - b);
        expect(all).toEqual(naturals(source.given));
        for (const run of runs) expect(run).toEqual(run.toSorted((a, b) => a - b));
        for (const { flow } of present.values()) await flow.return();
        expect(source.closed).toBe(0);
        await stays.return();
        expect(source.closed).toBe(1);
      },
    );
    await fc.assert(property, { numRuns: thorough ? 300 : 50 });
  });
});

describe("defects of peers that distribute does not have", () => {
  test("tc39/proposal-async-iterator-helpers#4: no item is abandoned with a consumer that leaves", async () => {
    const source = waiting<number>();
    const jobs = distribute(source);
    const [leaves, stays] = [jobs.subscribe(), jobs.subscribe()];
    const abandoned = [leaves.next(), leaves.next()];
    const kept = [stays.next(), stays.next()];
    await settled();
    await leaves.return();
    for (const i of naturals(2)) {
      source.give(i);
      await settled();
    }
    expect(await Promise.all(abandoned)).toEqual([done, done]);
    expect(await Promise.all(kept)).toEqual([item(0), item(1)]);
    await stays.return();
  });

  test("@std/async Channel: a consumer that breaks off does not end it for the others", async () => {
    const jobs = distribute(waiting(naturals(5)));
    const other = jobs.subscribe();
    for await (const _ of jobs) break;
    expect(await other.next()).toEqual(item(1));
    await other.return();
  });
});
