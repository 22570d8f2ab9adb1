import { batchOf } from "../measure/batch-of.ts";
import type { Peer } from "../measure/peer.ts";

async function* integers(count: number): AsyncGenerator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

async function* objects(count: number): AsyncGenerator<{ v: number }, void, void> {
  for (let i = 0; i < count; i++) yield { v: i };
}

async function* answered(count: number): AsyncGenerator<number, number, number> {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += yield i;
  return sum;
}

async function* plusOne(source: AsyncIterable<number>): AsyncGenerator<number, void, void> {
  for await (const item of source) yield item + 1;
}

async function* level(count: number, depth: number): AsyncGenerator<number, void, void> {
  if (depth > 0) yield* level(count, depth - 1);
  else for (let i = 0; i < count; i++) yield i;
}

async function* arrays(count: number, size: number): AsyncGenerator<number[], void, void> {
  const batch = batchOf(size);
  for (let i = 0; i < count; i += size) yield batch;
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** What as many items cost that pass through one generator more. */
const staged = (count: number): Promise<number> => total(plusOne(integers(count)));

/** Takes items without `for await`, which would close the generator for the others when it ends. */
async function takeSome(source: AsyncGenerator<number, void, void>): Promise<number> {
  let sum = 0;
  for (let { value, done } = await source.next(); !done; { value, done } = await source.next()) {
    sum += value ?? 0;
  }
  return sum;
}

/** An async generator, and `for await`. */
export const peer: Peer = {
  title: "native async generator",
  ahead: "lockstep",
  programs: {
    async "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") for await (const item of integers(count)) sum += item;
      else for await (const item of objects(count)) sum += item.v;
      return sum;
    },
    async "two-way"(count) {
      const client = answered(count);
      let result = await client.next();
      while (!result.done) result = await client.next(result.value + 1);
      return result.value;
    },
    async pipeline(count, stages) {
      let source: AsyncIterable<number> = integers(count);
      for (let stage = 0; stage < stages; stage++) source = plusOne(source);
      let sum = 0;
      for await (const item of source) sum += item;
      return sum;
    },
    async delegation(count, depth) {
      let sum = 0;
      for await (const item of level(count, depth)) sum += item;
      return sum;
    },
    // One generator has one consumer: what the same number of items would cost without many outputs.
    async "fan-out"(count) {
      let sum = 0;
      for await (const item of integers(count)) sum += item;
      return sum;
    },
    async batches(count, size) {
      let sum = 0;
      for await (const batch of arrays(count, size)) for (const item of batch) sum += item;
      return sum;
    },
    async joined(count) {
      let sum = 0;
      for await (const item of integers(count)) sum += item;
      return sum;
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) for await (const item of integers(1)) sum += item;
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => integers(1)),
    // The items of several generators, by somebody who knows which one is next.
    async select(count, arms) {
      const clients = Array.from({ length: arms }, () => integers(Infinity));
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (await clients[i % arms]?.next())?.value ?? 0;
      for (const client of clients) await client.return();
      return sum;
    },
    merge: staged,
    broadcast: staged,
    buffer: staged,
    cooperative: staged,
    abortable: staged,
    distribute(count, consumers) {
      const source = integers(count);
      return Promise.all(Array.from({ length: consumers }, () => takeSome(source)));
    },
  },
};
