/** Ends go through the libraries that people have, as they are: what those read, end, close and fail. */

import { from as fromIterable } from "ix/asynciterable";
import { filter, map as mapIterable, take as takeIterable } from "ix/asynciterable/operators";
import { pipe } from "it-pipe";
import {
  concat,
  from,
  lastValueFrom,
  map as mapObservable,
  type Observable,
  of,
  Subject,
  take as takeObservable,
  throwError,
  toArray,
} from "rxjs";
import { batch, collect, map, merge, pipeline, take } from "streaming-iterables";
import { describe, expect, test } from "vitest";

import { Channel, ChannelOverflow, produce, StreamChannel } from "coroutine-channels";

import { settled } from "../support/settled.ts";

/** Numbers from 1 to `count`, with what has become of their producer. */
function numbers(count = Infinity) {
  const seen = { sent: 0, closed: 0 };
  const client = produce<number>(async (server) => {
    try {
      for (let i = 1; i <= count; i++) {
        seen.sent++;
        await server.send(i);
      }
    } finally {
      seen.closed++;
    }
  });
  return { client, seen };
}

/** Numbers 1 and 2, then an error. */
function failing(failure: unknown) {
  return produce<number>(async (server) => {
    await server.send(1);
    await server.send(2);
    throw failure;
  });
}

const caught = (error: unknown): unknown => error;

describe("streaming-iterables", () => {
  test("maps, batches and collects a client's items", async () => {
    const { client, seen } = numbers(5);
    const batches = await pipeline(
      () => client,
      map((i: number) => i * 2),
      batch(2),
      collect,
    );
    expect(batches).toEqual([[2, 4], [6, 8], [10]]);
    expect(seen).toEqual({ sent: 5, closed: 1 });
  });

  test("closes the client when it takes only some, and reads no more than those", async () => {
    const { client, seen } = numbers();
    expect(await collect(take(3, client))).toEqual([1, 2, 3]);
    await settled();
    expect(seen).toEqual({ sent: 3, closed: 1 });
  });

  test("merges two clients", async () => {
    const items = await collect(merge(numbers(2).client, numbers(3).client));
    expect(items.toSorted((one, other) => one - other)).toEqual([1, 1, 2, 2, 3]);
  });

  test("passes the very error on", async () => {
    const failure = new Error("broken");
    const mapped = map((i: number) => i, failing(failure));
    expect(await collect(mapped).catch(caught)).toBe(failure);
  });

  test("is what a writer writes", async () => {
    const channel = new StreamChannel<number>();
    void channel.serve((writer) => writer.write(map((i: number) => -i, numbers(3).client)));
    expect(await channel.client().read()).toEqual([-1, -2, -3]);
  });
});

describe("IxJS", () => {
  test("maps and filters a client's items", async () => {
    const { client, seen } = numbers(4);
    const items: number[] = [];
    const even = fromIterable(client).pipe(
      filter((i) => i % 2 === 0),
      mapIterable((i) => i * 10),
    );
    for await (const item of even) items.push(item);
    expect(items).toEqual([20, 40]);
    expect(seen).toEqual({ sent: 4, closed: 1 });
  });

  test("closes the client when it takes only some, and reads no more than those", async () => {
    const { client, seen } = numbers();
    const items: number[] = [];
    for await (const item of fromIterable(client).pipe(takeIterable(2))) items.push(item);
    await settled();
    expect(items).toEqual([1, 2]);
    expect(seen).toEqual({ sent: 2, closed: 1 });
  });

  test("passes the very error on", async () => {
    const failure = new Error("broken");
    const reading = (async () => {
      for await (const item of fromIterable(failing(failure))) expect(item).toBeLessThan(3);
    })();
    expect(await reading.catch(caught)).toBe(failure);
  });
});

describe("it-pipe", () => {
  test("pipes a client through transforms to a sink", async () => {
    const { client, seen } = numbers(3);
    const items = await pipe(
      client,
      async function* (source) {
        for await (const item of source) yield item + 1;
      },
      async (source) => {
        const collected: number[] = [];
        for await (const item of source) collected.push(item);
        return collected;
      },
    );
    expect(items).toEqual([2, 3, 4]);
    expect(seen).toEqual({ sent: 3, closed: 1 });
  });

  test("closes the client when its sink takes only some", async () => {
    const { client, seen } = numbers();
    const first = await pipe(client, async (source) => {
      for await (const item of source) return item;
      return undefined;
    });
    expect(first).toBe(1);
    expect(seen).toEqual({ sent: 1, closed: 1 });
  });

  test("pipes into a channel, whose server is the sink", async () => {
    const channel = new StreamChannel<number>();
    void channel.serve((writer) => pipe(numbers(3).client, (source) => writer.write(source)));
    expect(await channel.client().read()).toEqual([1, 2, 3]);
  });
});

describe("RxJS", () => {
  test("takes a client's items for an observable's", async () => {
    const { client, seen } = numbers(3);
    const doubled = from(client).pipe(
      mapObservable((i) => i * 2),
      toArray(),
    );
    expect(await lastValueFrom(doubled)).toEqual([2, 4, 6]);
    expect(seen).toEqual({ sent: 3, closed: 1 });
  });

  test("passes the very error on", async () => {
    const failure = new Error("broken");
    expect(await lastValueFrom(from(failing(failure))).catch(caught)).toBe(failure);
  });

  test("leaves the client after the item that follows an unsubscription", async () => {
    const { client, seen } = numbers();
    const items = await lastValueFrom(from(client).pipe(takeObservable(2), toArray()));
    await settled();
    expect(items).toEqual([1, 2]);
    expect(seen.closed).toBe(1);
    expect(seen.sent).toBeLessThanOrEqual(3);
  });
});

describe("an observable's values, sent into a channel", () => {
  /** What a user writes to iterate over an observable. */
  const values = <T>(observable: Observable<T>) =>
    produce<T>(async (server) => {
      const { signal } = server;
      await new Promise<void>((resolve, reject) => {
        const subscription = observable.subscribe({
          next: (value) => void server.send(value).catch(reject),
          error: reject,
          complete: resolve,
        });
        signal.addEventListener("abort", () => subscription.unsubscribe());
      });
    });

  test("ReactiveX/rxjs#5297, ReactiveX/rxjs#5492: are taken in order, and its error or end comes after them", async () => {
    expect(await collect(values(of(1, 2, 3)))).toEqual([1, 2, 3]);
    const failure = new Error("broken");
    const client = values(
      concat(
        of(1, 2),
        throwError(() => failure),
      ),
    );
    expect([await client.receive(), await client.receive()]).toEqual([1, 2]);
    expect(await client.receive().catch(caught)).toBe(failure);
  });

  test("tc39/proposal-observable#74, tc39/proposal-observable#180: are no more than the limit, and one more ends it", async () => {
    const subject = new Subject<number>();
    const client = values(subject);
    const first = client.receive();
    await settled();
    for (let i = 0; i < 2000; i++) subject.next(i);
    expect(await first).toBe(0);
    await settled();
    const rest = await collect(client).catch(caught);
    expect(rest).toBeInstanceOf(ChannelOverflow);
  });

  test("are not asked for any more when the loop is left", async () => {
    const subject = new Subject<number>();
    const client = values(subject);
    const first = client.receive();
    await settled();
    expect(subject.observed).toBe(true);
    subject.next(1);
    expect(await first).toBe(1);
    const second = client.next();
    await settled();
    void client.return();
    expect(await second).toEqual({ value: undefined, done: true });
    expect(subject.observed).toBe(false);
  });
});

test("a server end is what it is to iterate, too: the client's answers", async () => {
  const channel = new Channel<void, number>();
  const client = channel.client();
  const collected = channel.server().then((server) => collect(take(2, server)));
  void client.next();
  void client.next(1);
  void client.next(2);
  expect(await collected).toEqual([1, 2]);
});
