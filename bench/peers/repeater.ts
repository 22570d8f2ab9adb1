import { Repeater } from "@repeaterjs/repeater";
import type { Push } from "@repeaterjs/repeater";

import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";
import { takeBursts } from "./bursts.ts";

function integers(count: number): Repeater<number> {
  return new Repeater<number>(async (push, stop) => {
    for (let i = 0; i < count; i++) await push(i);
    stop();
  });
}

function arrays(count: number, size: number): Repeater<number[]> {
  const batch = batchOf(size);
  return new Repeater<number[]>(async (push, stop) => {
    for (let i = 0; i < count; i += size) await push(batch);
    stop();
  });
}

async function* generated(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

async function* plusOne(source: AsyncIterable<number>): AsyncGenerator<number, void, void> {
  for await (const item of source) yield item + 1;
}

async function level(push: Push<number>, count: number, depth: number): Promise<void> {
  if (depth > 0) await level(push, count, depth - 1);
  else for (let i = 0; i < count; i++) await push(i);
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** By an executor that does not await `push`. */
const pushed = (count: number, burst: number): Promise<number> =>
  takeBursts(
    (emitter) =>
      new Repeater<[number]>(async (push, stop) => {
        const listener = (...args: [number]): void => void push(args);
        emitter.on("item", listener);
        await stop;
        emitter.off("item", listener);
      }),
    count,
    burst,
  );

/** The closest in intent: a producer inside, an async generator outside, two-way. */
export const peer: Peer = {
  title: "@repeaterjs/repeater",
  ahead: "lockstep",
  programs: {
    async "one-way"(count, items) {
      if (items === "integers") return total(integers(count));
      let sum = 0;
      const objects = new Repeater<{ v: number }>(async (push, stop) => {
        for (let i = 0; i < count; i++) await push({ v: i });
        stop();
      });
      for await (const item of objects) sum += item.v;
      return sum;
    },
    async "two-way"(count) {
      const client = new Repeater<number, number, number>(async (push, stop) => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += (await push(i)) ?? 0;
        stop();
        return sum;
      });
      let result = await client.next();
      while (!result.done) result = await client.next(result.value + 1);
      return result.value;
    },
    async pipeline(count, stages) {
      let source: AsyncIterable<number> = integers(count);
      for (let stage = 0; stage < stages; stage++) source = plusOne(source);
      return total(source);
    },
    async delegation(count, depth) {
      return total(
        new Repeater<number>(async (push, stop) => {
          await level(push, count, depth);
          stop();
        }),
      );
    },
    async "fan-out"(count, channels) {
      const pushes: Push<number>[] = [];
      const stops: (() => void)[] = [];
      const totals = Array.from({ length: channels }, () =>
        total(
          new Repeater<number>((push, stop) => {
            pushes.push(push);
            stops.push(stop);
          }),
        ),
      );
      for (let i = 0; i < count; i++) await pushes[i % channels]?.(i);
      for (const stop of stops) stop();
      return Promise.all(totals);
    },
    async batches(count, size) {
      let sum = 0;
      for await (const items of arrays(count, size)) for (const item of items) sum += item;
      return sum;
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) for await (const item of integers(1)) sum += item;
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => integers(1)),
    merge: (count, sources) =>
      total(Repeater.merge(Array.from({ length: sources }, () => generated(count / sources)))),
    events: pushed,
    callbacks: pushed,
  },
};
