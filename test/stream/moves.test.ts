/** `read()` moves each item as often however small the writes are, and however many: counted, not timed. */
import { StreamChannel, type Writer } from "coroutine-channels";
import { expect, test } from "vitest";

import { thorough } from "../support/scope.ts";

const items = thorough ? 80_000 : 8000;

/** The methods that move items of arrays, and how many items a call of each moves, of an array of so many before. */
const moves: Record<string, (length: number, args: readonly unknown[], result: unknown) => number> =
  {
    push: (_, args) => args.length,
    unshift: (length, args) => length + args.length,
    shift: (length) => length,
    concat: (_, __, result) => (result as unknown[]).length,
    slice: (_, __, result) => (result as unknown[]).length,
    splice: (length, args) => length + args.length,
    copyWithin: (length) => length,
  };

/** How many items are moved in arrays while `run` runs. */
async function moved(run: () => Promise<void>): Promise<number> {
  let count = 0;
  const prototype = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const kept = Object.keys(moves).map((name) => [name, prototype[name]!] as const);
  for (const [name, method] of kept) {
    prototype[name] = function (this: unknown[], ...args: unknown[]): unknown {
      const { length } = this;
      const result = method.apply(this, args);
      count += moves[name]!(length, args, result);
      return result;
    };
  }
  try {
    await run();
  } finally {
    for (const [name, method] of kept) prototype[name] = method;
  }
  return count;
}

async function transfer(
  write: (writer: Writer<number>, i: number) => Promise<void>,
): Promise<void> {
  const channel = new StreamChannel<number>();
  void channel.serve(async (writer) => {
    for (let i = 0; i < items; i++) await write(writer, i);
  });
  const all = await channel.client().read();
  if (all.length !== items || all.at(-1) !== items - 1) throw new Error("an item is missing");
}

test.each<[string, (writer: Writer<number>, i: number) => Promise<void>]>([
  ["sends", (writer, i) => writer.send(i)],
  ["puts", (writer, i) => writer.put(i)],
  ["writes of an array of one", (writer, i) => writer.write([i])],
  ["writes of a set of one", (writer, i) => writer.write(new Set([i]))],
  [
    "writes of an async source of one",
    (writer, i) =>
      writer.write(
        (async function* () {
          yield i;
        })(),
      ),
  ],
])("%s, as many as items", async (_, write) => {
  const count = await moved(() => transfer(write));
  expect(count).toBeGreaterThanOrEqual(items); //  else it is not arrays that they move in
  expect(count).toBeLessThanOrEqual(2 * items);
});
