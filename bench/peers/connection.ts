import { batchOf } from "../measure/batch-of.ts";
import type { Programs } from "../measure/peer.ts";

/** One direction, as most peers offer it. */
export interface Connection<T> {
  /** What a producer awaits after each item. */
  send(item: T): unknown;
  close(): unknown;
  readonly items: AsyncIterable<T>;
}

async function* plusOne(source: AsyncIterable<number>): AsyncGenerator<number, void, void> {
  for await (const item of source) yield item + 1;
}

async function level(connection: Connection<number>, count: number, depth: number): Promise<void> {
  if (depth > 0) await level(connection, count, depth - 1);
  else for (let i = 0; i < count; i++) await connection.send(i);
}

async function integers(connection: Connection<number>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await connection.send(i);
  connection.close();
}

async function objects(connection: Connection<{ v: number }>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await connection.send({ v: i });
  connection.close();
}

async function arrays(
  connection: Connection<number[]>,
  count: number,
  size: number,
): Promise<void> {
  const batch = batchOf(size);
  for (let i = 0; i < count; i += size) await connection.send(batch);
  connection.close();
}

async function total(source: AsyncIterable<number>): Promise<number> {
  let sum = 0;
  for await (const item of source) sum += item;
  return sum;
}

/** The programs of a peer that is written to by promises and read by `for await`. */
export function programsOf(connect: <T>() => Connection<T>): Partial<Programs> {
  return {
    async "one-way"(count, items) {
      let sum = 0;
      if (items === "integers") {
        const connection = connect<number>();
        void integers(connection, count);
        for await (const item of connection.items) sum += item;
      } else {
        const connection = connect<{ v: number }>();
        void objects(connection, count);
        for await (const item of connection.items) sum += item.v;
      }
      return sum;
    },
    // Two connections, and the replies awaited instead of the sends: the best that one-way peers can do.
    async "two-way"(count) {
      const down = connect<number>();
      const up = connect<number>();
      const serving = (async () => {
        const replies = up.items[Symbol.asyncIterator]();
        let sum = 0;
        for (let i = 0; i < count; i++) {
          void down.send(i);
          const { value } = (await replies.next()) as IteratorYieldResult<number>;
          sum += value;
        }
        down.close();
        return sum;
      })();
      for await (const item of down.items) void up.send(item + 1);
      return serving;
    },
    async pipeline(count, stages) {
      const connection = connect<number>();
      void integers(connection, count);
      let source: AsyncIterable<number> = connection.items;
      for (let stage = 0; stage < stages; stage++) source = plusOne(source);
      return total(source);
    },
    async delegation(count, depth) {
      const connection = connect<number>();
      void (async () => {
        await level(connection, count, depth);
        connection.close();
      })();
      return total(connection.items);
    },
    async "fan-out"(count, channels) {
      const all = Array.from({ length: channels }, () => connect<number>());
      const totals = all.map((connection) => total(connection.items));
      for (let i = 0; i < count; i++) await all[i % channels]?.send(i);
      for (const connection of all) connection.close();
      return Promise.all(totals);
    },
    async batches(count, size) {
      const connection = connect<number[]>();
      void arrays(connection, count, size);
      let sum = 0;
      for await (const items of connection.items) for (const item of items) sum += item;
      return sum;
    },
    async create(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const connection = connect<number>();
        void integers(connection, 1);
        for await (const item of connection.items) sum += item;
      }
      return sum;
    },
    "idle-memory": (count) => Array.from({ length: count }, () => connect<number>()),
  };
}
