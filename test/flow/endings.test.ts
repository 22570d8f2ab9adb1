/** The endings of pieces: who is told what, where two things come together. */
import { describe, expect, test } from "vitest";
import { broadcast, buffer, ChannelOverflow, distribute, merge } from "coroutine-channels";

import { deferred } from "../support/deferred.ts";
import { settled, state } from "../support/settled.ts";
import { pieces } from "./pieces.ts";
import { Probe, waiting } from "./probe.ts";

const done = { value: undefined, done: true };

/** A source whose every answer the test gives. */
function byHand() {
  const answers = { next: deferred<IteratorResult<number>>(), return: deferred<never>() };
  const asked = { next: 0, return: 0 };
  const answer = (call: "next" | "return") => (): Promise<IteratorResult<number>> => {
    asked[call]++;
    return answers[call].promise;
  };
  return {
    ...answers,
    asked,
    [Symbol.asyncIterator]: () => ({ next: answer("next"), return: answer("return") }),
  };
}

describe.each(pieces)("%s", (_, make) => {
  test("as many requests wait as on an end, and one more overflows", async () => {
    const flow = make(waiting());
    const requests = Array.from({ length: 1024 }, () => flow.next());
    await expect(flow.next()).rejects.toBeInstanceOf(ChannelOverflow);
    await flow.return(undefined);
    for (const request of requests) expect(await request).toEqual(done);
  });

  test("a throw() takes no error away from a return() that waits", async () => {
    const failure = new Error("closing");
    const source = byHand();
    source.next.resolve({ value: 1, done: false });
    const flow = make(source);
    await flow.next();
    await settled();
    const left = flow.return(undefined);
    const thrown = flow.throw("thrown");
    source.return.reject(failure);
    await expect(left).rejects.toBe(failure);
    await expect(thrown).rejects.toBe("thrown");
    expect(source.asked.return).toBe(1);
  });

  test("a source that somebody else has begun is heard out, however long it takes to close", async () => {
    const failure = new Error("closing");
    const source = byHand();
    const flow = make(source);
    const left = flow.return(undefined);
    await settled();
    expect(await state(left)).toBe("pending");
    source.return.reject(failure);
    await expect(left).rejects.toBe(failure);
  });

  test("so is one that answers by failing as it is left, and both errors are told", async () => {
    const failures = [new Error("next"), new Error("closing")];
    const source = byHand();
    const flow = make(source);
    const request = flow.next();
    await settled();
    const left = flow.return(undefined);
    source.next.reject(failures[0]);
    await settled();
    expect(await state(left)).toBe("pending");
    source.return.reject(failures[1]);
    await expect(left).rejects.toMatchObject({ errors: failures });
    expect(await request).toEqual(done);
  });
});

test("the items that are kept when the source has ended are dropped by leaving, and told", async () => {
  const lost: number[] = [];
  const source = new Probe({ items: [1, 2, 3] });
  const flow = buffer(source, { capacity: 3, onDrop: (item) => void lost.push(item) });
  await flow.next();
  await settled();
  expect(await flow.return()).toEqual(done);
  expect(lost).toEqual([2, 3]);
});

test("a request that waits until all is closed is done as soon as its consumer leaves", async () => {
  const failures = [new Error("source"), new Error("closing")];
  const quiet = byHand();
  const failing = new Probe<number>({ then: { error: failures[0] } });
  quiet.next.resolve({ value: 1, done: false });
  const flow = merge(quiet, failing);
  expect(await flow.next()).toEqual({ value: 1, done: false });
  const request = flow.next();
  await settled();
  const left = flow.return(undefined);
  expect(await request).toEqual(done);
  quiet.return.reject(failures[1]);
  await expect(left).rejects.toMatchObject({ errors: failures });
});

test("what onDrop throws for an item that comes after an abort is told to nobody", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const source = byHand();
  const lost: number[] = [];
  function onDrop(item: number): void {
    lost.push(item);
    throw new Error("onDrop");
  }
  const flow = buffer(source, { capacity: 1, onDrop, signal });
  const request = flow.next();
  await settled();
  controller.abort("enough");
  await expect(request).rejects.toBe("enough");
  source.next.resolve({ value: 1, done: false });
  await settled();
  expect(lost).toEqual([1]);
  expect(await flow.next()).toEqual(done);
  expect(await flow.return(undefined)).toEqual(done);
});

describe("a broadcast that was cut", () => {
  test.each<[what: string, replay: number, late: IteratorResult<number>]>([
    ["replays no item that came after that", 1, { value: 1, done: false }],
    ["stays so, though its source ends after that", 0, { value: undefined, done: true }],
  ])("%s", async (_, replay, late) => {
    const controller = new AbortController();
    const source = byHand();
    const all = broadcast(source, { replay, signal: controller.signal });
    const request = all.subscribe().next();
    await settled();
    controller.abort("enough");
    await expect(request).rejects.toBe("enough");
    source.next.resolve(late);
    await settled();
    await expect(all.subscribe().next()).rejects.toBe("enough");
  });
});

test.each([
  ["broadcast", broadcast],
  ["distribute", distribute],
] as const)("%s: a consumer that has left asks the source for nothing", async (_, hub) => {
  const source = waiting([1, 2]);
  const all = hub(source);
  const left = all.subscribe();
  const present = all.subscribe();
  await left.return();
  expect(await left.next()).toEqual(done);
  await settled();
  expect(source.asked).toBe(0);
  await present.return();
});
