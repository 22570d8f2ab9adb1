/** However a stream is written and read, by ones, by many or by loans, the items are the same, in the same order. */
import { ChannelClosed, StreamChannel, type Reader, type Writer } from "coroutine-channels";
import fc from "fast-check";
import { expect, test } from "vitest";

import { settled } from "../support/settled.ts";
import { thorough } from "../support/scope.ts";

type Write = { readonly by: "send" | "sends" | "array" | "lent" | "async"; readonly count: number };
type Read =
  | { readonly by: "next" | "receive" | "rest" | "batches" | "loans" }
  /** `receive()`, left after so many. */
  | { readonly by: "part"; readonly count: number }
  | { readonly by: "read"; readonly count: number }
  /** So many calls of `next()`, and a `read`, at once. */
  | { readonly by: "overlapping"; readonly count: number };

const runs = thorough ? 2500 : 300;

const count = fc.integer({ min: 0, max: 5 });
const writes = fc.array(
  fc.record({ by: fc.constantFrom<Write["by"]>("send", "sends", "array", "lent", "async"), count }),
  { maxLength: 8 },
);
const reads = fc.array(
  fc.oneof(
    fc.record({ by: fc.constantFrom("next" as const, "receive" as const) }),
    fc.record({
      by: fc.constantFrom("part" as const, "read" as const, "overlapping" as const),
      count,
    }),
    {
      weight: 1,
      arbitrary: fc.record({ by: fc.constantFrom("batches" as const, "loans" as const) }),
    },
  ),
  { maxLength: 12 },
);

async function write(writer: Writer<number>, { by, count: n }: Write, from: number): Promise<void> {
  const items = Array.from({ length: n }, (_, i) => from + i);
  switch (by) {
    case "send":
      for (const item of items) await writer.send(item);
      return;
    case "sends":
      await Promise.all(items.map((item) => writer.send(item)));
      return;
    case "array":
      return writer.write(items);
    case "lent":
      return writer.write(
        (function* () {
          yield* items;
        })(),
      );
    case "async":
      return writer.write(
        (async function* () {
          for (const item of items) yield item;
        })(),
      );
  }
}

/** Reads once, checks the lengths, and adds what was read. @returns Whether that was the end. */
async function read(
  reader: Reader<number>,
  how: Read,
  items: number[],
  total: number,
): Promise<boolean> {
  const left = total - items.length;
  switch (how.by) {
    case "next": {
      const { value, done } = await reader.next();
      if (!done) items.push(value);
      return done === true;
    }
    case "read": {
      const some = await reader.read(how.count);
      expect(some).toHaveLength(Math.min(how.count, left));
      items.push(...some);
      return false;
    }
    case "overlapping": {
      const calls = Array.from({ length: how.count }, () => reader.next());
      const some = reader.read(how.count);
      for (const { value, done } of await Promise.all(calls)) if (!done) items.push(value);
      const rest = await some;
      expect(rest).toHaveLength(Math.min(how.count, total - items.length));
      items.push(...rest);
      return false;
    }
    case "receive":
    case "part": {
      const most = how.by === "part" ? how.count : Infinity;
      let taken = 0;
      const lent = await reader.receive().catch(ChannelClosed.ignore);
      if (lent === undefined) return true;
      if (most > 0)
        for (const item of lent) {
          items.push(item);
          if (++taken === most) break;
        }
      return false;
    }
    case "batches":
      for await (const batch of reader.batches(3)) {
        expect(batch).toHaveLength(Math.min(3, total - items.length));
        items.push(...batch);
      }
      return true;
    case "loans":
      for await (const lent of reader.batches()) items.push(...lent);
      return true;
    case "rest":
      for await (const item of reader) items.push(item);
      return true;
  }
}

test.each(["serve", "server"] as const)(
  "sindresorhus/emittery#126: all splits of the same items are equal, with %s",
  async (how) => {
    const property = fc.asyncProperty(writes, reads, fc.boolean(), async (written, steps, late) => {
      const total = written.reduce((sum, one) => sum + one.count, 0);
      const channel = new StreamChannel<number>();
      const body = async (writer: Writer<number>): Promise<void> => {
        let from = 1;
        for (const one of written) {
          if (late) await settled();
          await write(writer, one, from);
          from += one.count;
        }
      };
      const writing =
        how === "serve"
          ? channel.serve(body)
          : channel.server().then(async (writer) => {
              await body(writer);
              await writer.return();
            });
      const items: number[] = [];
      let ended = false;
      for (const step of [...steps, { by: "rest" as const }]) {
        ended = await read(channel.client(), step, items, total);
        if (ended) break;
      }
      expect(ended).toBe(true);
      expect(items).toEqual(Array.from({ length: total }, (_, i) => i + 1));
      expect(await channel.client().next()).toEqual({ value: undefined, done: true });
      expect(await channel.client().read()).toEqual([]);
      await writing;
    });
    await fc.assert(property, { numRuns: runs });
  },
  60_000,
);

test("writes that are not awaited keep their order", async () => {
  const property = fc.asyncProperty(
    writes,
    fc.integer({ min: 1, max: 7 }),
    async (written, size) => {
      const channel = new StreamChannel<number>();
      const writing = channel.serve(async (writer) => {
        let from = 1;
        const calls: Promise<void>[] = [];
        for (const one of written.filter(({ by }) => by !== "send")) {
          calls.push(write(writer, one, from));
          from += one.count;
        }
        await Promise.all(calls);
      });
      const items: number[] = [];
      for await (const batch of channel.client().batches(size)) items.push(...batch);
      expect(items).toEqual(items.map((_, i) => i + 1));
      expect(items).toHaveLength(
        written.filter(({ by }) => by !== "send").reduce((sum, one) => sum + one.count, 0),
      );
      await writing;
    },
  );
  await fc.assert(property, { numRuns: runs });
}, 60_000);
