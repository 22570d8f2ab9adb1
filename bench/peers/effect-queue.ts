import { Effect, Queue } from "effect";

import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

/** A bounded queue of one, and fibers instead of async functions. */
export const peer: Peer = {
  title: "effect Queue.bounded(1)",
  ahead: "1 ahead",
  macrotasks: true,
  programs: {
    "one-way": (count, items) =>
      Effect.runPromise(items === "integers" ? integers(count) : objects(count)),
    "two-way": (count) => Effect.runPromise(twoWay(count)),
    batches: (count, size) => Effect.runPromise(batches(count, size)),
    create: (count) =>
      Effect.runPromise(
        Effect.gen(function* () {
          let sum = 0;
          for (let i = 0; i < count; i++) sum += yield* integers(1);
          return sum;
        }),
      ),
    select: (count, arms) => Effect.runPromise(select(count, arms)),
    "idle-memory": (count) =>
      Array.from({ length: count }, () => Effect.runSync(Queue.bounded<number>(1))),
  },
};

function integers(count: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(1);
    yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) yield* Queue.offer(queue, i);
      }),
    );
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* Queue.take(queue);
    return sum;
  });
}

function objects(count: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const queue = yield* Queue.bounded<{ v: number }>(1);
    yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) yield* Queue.offer(queue, { v: i });
      }),
    );
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (yield* Queue.take(queue)).v;
    return sum;
  });
}

function twoWay(count: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const down = yield* Queue.bounded<number>(1);
    const up = yield* Queue.bounded<number>(1);
    yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) yield* Queue.offer(up, (yield* Queue.take(down)) + 1);
      }),
    );
    let sum = 0;
    for (let i = 0; i < count; i++) {
      yield* Queue.offer(down, i);
      sum += yield* Queue.take(up);
    }
    return sum;
  });
}

function batches(count: number, size: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const batch = batchOf(size);
    const queue = yield* Queue.bounded<number[]>(1);
    yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i += size) yield* Queue.offer(queue, batch);
      }),
    );
    let sum = 0;
    for (let i = 0; i < count; i += size) {
      for (const item of yield* Queue.take(queue)) sum += item;
    }
    return sum;
  });
}

function select(count: number, arms: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const queues: Queue.Queue<number>[] = [];
    for (let i = 0; i < arms; i++) queues.push(yield* Queue.bounded<number>(1));
    yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let i = 0; i < count; i++) yield* Queue.offer(queues[i % arms]!, i);
      }),
    );
    let sum = 0;
    for (let i = 0; i < count; i++) sum += yield* Effect.raceAllFirst(queues.map(Queue.take));
    return sum;
  });
}
