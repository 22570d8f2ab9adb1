import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { Channel, produce } from "coroutine-channels";
import { settled, state } from "../support/settled.ts";
import { merge } from "coroutine-channels";
import { Probe, waiting } from "./probe.ts";

const done = { value: undefined, done: true };

describe("merge", () => {
  test("ends at once without sources", async () => {
    expect(await merge().next()).toEqual(done);
  });

  test("gives the items as they come", async () => {
    const sources = [waiting<string>(), waiting<string>(), waiting<string>()];
    const flow = merge(...sources);
    const seen: unknown[] = [];
    for (const i of [2, 0, 0, 1, 2, 2, 0]) {
      const request = flow.next();
      await settled();
      sources[i]!.give(`of ${i}`);
      seen.push((await request).value);
    }
    expect(seen).toEqual(["of 2", "of 0", "of 0", "of 1", "of 2", "of 2", "of 0"]);
    await flow.return();
    expect(sources.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  });

  test("asks each source for one item, and for another when that has been taken", async () => {
    const sources = [waiting([1, 2, 3]), waiting([4, 5, 6])] as const;
    const flow = merge(...sources);
    await settled();
    expect(sources.map(({ asked }) => asked)).toEqual([0, 0]);
    await flow.next();
    await settled();
    expect(sources.map(({ asked }) => asked)).toEqual([1, 1]);
    await flow.next();
    await settled();
    expect(sources.map(({ asked }) => asked)).toEqual([2, 1]);
    await flow.return();
  });

  test("keeps each source's order and loses and doubles nothing, at any pace", async () => {
    const pace = fc.array(fc.nat(6), { maxLength: 20 });
    const property = fc.asyncProperty(
      fc.array(pace, { maxLength: 5 }),
      pace,
      async (paces, own) => {
        const sources = paces.map((pauses, s) =>
          produce<[source: number, item: number]>(async (server) => {
            for (const [i, pause] of pauses.entries()) {
              for (let tick = 0; tick < pause; tick++) await undefined;
              await server.send([s, i]);
            }
          }),
        );
        const seen: number[][] = paces.map(() => []);
        let n = 0;
        for await (const [source, item] of merge(...sources)) {
          seen[source]!.push(item);
          for (let tick = own[n++ % (own.length || 1)] ?? 0; tick > 0; tick--) await undefined;
        }
        expect(seen).toEqual(paces.map((pauses) => [...pauses.keys()]));
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  test("ends with the first error, after the items that came before, and closes the others", async () => {
    const error = new Error("source");
    const failing = new Probe<number>({ items: [1], then: { error } });
    const idle = waiting([2]);
    const flow = merge(failing, idle);
    expect((await flow.next()).value).toBe(1);
    expect((await flow.next()).value).toBe(2);
    await expect(flow.next()).rejects.toBe(error);
    expect([failing.closed, idle.closed]).toEqual([0, 1]);
    expect(await flow.next()).toEqual(done);
  });

  test("shows all errors when several sources fail", async () => {
    const errors = [new Error("one"), new Error("two"), new Error("closing")];
    const sources = [
      new Probe({ then: { error: errors[0] } }),
      new Probe({ then: { error: errors[1] } }),
      new Probe({ then: "wait", prompt: true, closing: { error: errors[2] } }),
    ];
    const failure = await merge(...sources)
      .next()
      .then(undefined, (error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toEqual(errors);
    expect((failure as Error).message).toBe("Several things have failed: 3");
    expect([sources[0]!.closed, sources[2]!.closed]).toEqual([0, 1]);
  });

  test("closes all sources when closing one fails", async () => {
    const error = new Error("closing");
    const sources = [
      new Probe({ items: [1], then: "wait", prompt: true, closing: { error } }),
      waiting([2]),
    ];
    const flow = merge(...sources);
    await flow.next();
    await expect(flow.return()).rejects.toBe(error);
    expect(sources.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  test("goes on when one source has ended", async () => {
    const live = waiting([1]);
    const flow = merge(new Probe<string>(), live);
    expect((await flow.next()).value).toBe(1);
    const request = flow.next();
    await settled();
    live.give(2);
    expect((await request).value).toBe(2);
    await flow.return();
  });

  test("tells the server of a source whose item nobody took that it was not delivered, as far as it knows", async () => {
    const [a, b] = [new Channel<string>(), new Channel<string>()];
    const flow = merge(a.client(), b.client());
    const request = flow.next();
    const servers = await Promise.all([a.server(), b.server()]);
    const sends = servers.map((server, i) => server.send(`of ${i}`));
    expect((await request).value).toBe("of 0");
    await flow.return();
    const results = await Promise.allSettled(sends);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("merges two thousand sources", async () => {
    const sources = Array.from({ length: 2000 }, (_, i) => new Probe({ items: [i, i] }));
    let sum = 0;
    for await (const i of merge(...sources)) sum += i;
    expect(sum).toBe(2000 * 1999);
  });

  test("has the items of all sources as its type", () => {
    async function* words(): AsyncGenerator<string, number, undefined> {
      return 1;
    }
    const client = new Channel<Date, number>().client();
    const flow = merge(words(), client);
    expectTypeOf(flow).toEqualTypeOf<AsyncGenerator<string | Date, void, void>>();
  });
});

describe("defects of peers that merge does not have", () => {
  test.each([
    ["repeaterjs/repeater#65, repeaterjs/repeater#66"],
    ["ReactiveX/IxJS#322, ReactiveX/IxJS#323"],
    ["bustle/streaming-iterables#41"],
    ["fraxken/combine-async-iterators#4"],
    ["nodejs/node#17469"],
  ])("%s: leaves one reaction on a source that does not answer", async () => {
    let reactions = 0;
    const next = () => ({ then: () => reactions++ }) as unknown as Promise<IteratorResult<number>>;
    const slow: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next }) };
    const flow = merge(slow, new Probe({ items: Array.from({ length: 1000 }, (_, i) => i) }));
    for (let i = 0; i < 1000; i++) expect((await flow.next()).value).toBe(i);
    expect(reactions).toBe(1);
    await flow.return();
  });

  test("denoland/std MuxAsyncIterator, stripe/sync-engine-fork#315, rocicorp/mono#1527: break closes every source", async () => {
    const sources = [waiting([1]), waiting([2])];
    for await (const _ of merge(...sources)) break;
    expect(sources.map(({ closed }) => closed)).toEqual([1, 1]);
  });

  test("tc39/proposal-async-iterator-helpers#15: no source is shut out by those that are always ready", async () => {
    const endless = (name: string) =>
      produce<string>(async (server) => {
        for (;;) await server.send(name);
      });
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    const flow = merge(endless("a"), endless("b"), endless("c"));
    for (let i = 0; i < 300; i++) counts[(await flow.next()).value as string]!++;
    expect(counts).toEqual({ a: 100, b: 100, c: 100 });
    await flow.return();
  });

  test("repeaterjs/repeater, Repeater.race: the items of slower sources are not thrown away", async () => {
    const sources = [new Probe({ items: [1, 2] }), new Probe({ items: [3, 4] })];
    const seen: number[] = [];
    for await (const item of merge(...sources)) seen.push(item);
    expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  test("nodejs/node#41851, QwenLM/qwen-code#2981, graphile/crystal#1368: leaving does not wait for the next item", async () => {
    const source = waiting<number>();
    const flow = merge(source);
    const request = flow.next();
    await settled();
    expect(await state(request)).toBe("pending");
    await flow.return();
    expect(await request).toEqual(done);
    expect(source.closed).toBe(1);
  });

  test("davidyaha/graphql-redis-subscriptions#197: a source is closed though nothing was asked of it", async () => {
    const sources = [waiting(), waiting()];
    await merge(...sources).return();
    expect(sources.map(({ asked, closed }) => [asked, closed])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});
