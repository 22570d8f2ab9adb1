/** Random pieces upon random pieces, over sources and under consumers of any pace, next to what must come out of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  abortable,
  type AnyIterable,
  broadcast,
  buffer,
  cooperative,
  distribute,
  merge,
} from "coroutine-channels";
import { byScope } from "../support/scope.ts";
import { settled } from "../support/settled.ts";

/** An item: which source it is of, and its number there. */
type Item = readonly [leaf: number, index: number];

type Tree =
  | { readonly leaf: number; readonly ending: "end" | "error" | "quiet"; readonly sync: boolean }
  | { readonly piece: number; readonly of: readonly Tree[] };

const pieces: readonly [
  name: string,
  make: (sources: AnyIterable<Item>[]) => AsyncGenerator<Item>,
][] = [
  ["merge", (sources) => merge(...sources)],
  ["buffer", ([source]) => buffer(source!, { capacity: 2 })],
  ["broadcast", ([source]) => broadcast(source!).subscribe()],
  ["a consumer's buffer", ([source]) => broadcast(source!).subscribe({ capacity: 2 })],
  ["distribute", ([source]) => distribute(source!).subscribe()],
  ["cooperative", ([source]) => cooperative(source!, { budget: 0 })],
  ["abortable", ([source]) => abortable(source!, { idle: 1e6 })],
];

const { piece: composition } = fc.letrec<{ tree: Tree; leaf: Tree; piece: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: "max" },
    { weight: 1, arbitrary: tie("leaf") },
    { weight: 3, arbitrary: tie("piece") },
  ),
  leaf: fc.record({
    leaf: fc.nat(6),
    ending: fc.constantFrom("end" as const, "end" as const, "error" as const, "quiet" as const),
    sync: fc.boolean(),
  }),
  piece: fc.nat(pieces.length - 1).chain((piece) =>
    fc.record({
      piece: fc.constant(piece),
      of: fc.array(tie("tree"), { minLength: 1, maxLength: piece === 0 ? 3 : 1 }),
    }),
  ),
}));

/** A source, and what has been done to it. */
class Leaf {
  readonly id: number;
  readonly error = new Error("leaf");
  readonly length: number;
  readonly ending: "end" | "error" | "quiet";
  readonly pace: readonly number[];
  given = 0;
  closed = 0;
  over = false;
  faults: string[] = [];

  constructor(
    id: number,
    length: number,
    ending: "end" | "error" | "quiet",
    pace: readonly number[],
  ) {
    this.id = id;
    this.length = length;
    this.ending = ending;
    this.pace = pace;
  }

  /** The next result, or undefined where none comes. */
  next(): IteratorResult<Item, void> | undefined {
    if (this.over || this.closed > 0) this.faults.push("asked when it was over");
    if (this.given < this.length) return { value: [this.id, this.given++], done: false };
    if (this.ending === "quiet") return undefined;
    this.over = true;
    if (this.ending === "error") throw this.error;
    return { value: undefined, done: true };
  }

  close(): IteratorResult<Item, void> {
    if (++this.closed > 1) this.faults.push("closed twice");
    return { value: undefined, done: true };
  }

  iterable(sync: boolean): AnyIterable<Item, void> {
    const close = () => this.close();
    // A sync source cannot be quiet.
    if (sync && this.ending !== "quiet") {
      return { [Symbol.iterator]: () => ({ next: () => this.next()!, return: close }) };
    }
    const next = async (): Promise<IteratorResult<Item, void>> => {
      const wait = this.pace[this.given % this.pace.length] ?? 0;
      if (wait === 7) await settled();
      else for (let i = 0; i < wait; i++) await undefined;
      return this.closed > 0
        ? { value: undefined, done: true }
        : (this.next() ?? (await new Promise<never>(() => {})));
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: async () => close() }) };
  }
}

function build(shape: Tree, leaves: Leaf[], pace: readonly number[]): AnyIterable<Item> {
  if ("piece" in shape) {
    return pieces[shape.piece]![1](shape.of.map((each) => build(each, leaves, pace)));
  }
  const leaf = new Leaf(leaves.length, shape.leaf, shape.ending, pace);
  leaves.push(leaf);
  return leaf.iterable(shape.sync);
}

const pace = fc.array(fc.nat(7), { minLength: 1, maxLength: 5 });
const way = fc.record({
  /** After how many items the consumer leaves. */
  leaves: fc.option(fc.nat(8), { nil: Infinity }),
  how: fc.constantFrom("return" as const, "throw" as const),
  overlapping: fc.integer({ min: 1, max: 3 }),
});

test("items are conserved and in order, each source is closed once, and each error is told once", async () => {
  const property = fc.asyncProperty(
    composition,
    pace,
    pace,
    way,
    async (shape, paces, own, { leaves: limit, how, overlapping }) => {
      const leaves: Leaf[] = [];
      const source = build(shape, leaves, paces);
      const flow = Symbol.asyncIterator in source && "next" in source ? source : merge(source);
      const consumer = flow as AsyncGenerator<Item, unknown, void>;

      const seen: Item[] = [];
      const told: unknown[] = [];
      const note = (error: unknown): void => {
        if (error instanceof AggregateError) error.errors.forEach(note);
        else told.push(error);
      };
      let ended = false;
      const ask = () =>
        consumer.next().then(
          ({ value, done }) => {
            if (done) ended = true;
            else seen.push(value);
          },
          (error: unknown) => {
            ended = true;
            note(error);
          },
        );
      let step = 0;
      while (!ended && seen.length < limit) {
        const before = seen.length;
        void Promise.all(Array.from({ length: overlapping }, ask));
        const wait = own[step++ % own.length]!;
        for (let i = 0; i < wait; i++) await undefined;
        // As long as something may come.
        for (let turn = 0; turn < 12 && !ended && seen.length === before; turn++) await settled();
        if (seen.length === before) break;
      }
      const thrown = new Error("consumer");
      const left = how === "return" ? consumer.return(undefined) : consumer.throw(thrown);
      await left.catch((error: unknown) => {
        if (error !== thrown) note(error);
      });
      for (let turn = 0; turn < 3; turn++) await settled();
      expect(await consumer.next()).toEqual({ value: undefined, done: true });

      for (const leaf of leaves) {
        expect(leaf.faults).toEqual([]);
        // What came is a run from the first item on.
        const own = seen.filter(([id]) => id === leaf.id).map(([, index]) => index);
        expect(own).toEqual(own.map((_, i) => i));
        expect(own.length).toBeLessThanOrEqual(leaf.given);
        // Its end may be on its way when it is closed.
        expect(leaf.over || leaf.closed === 1).toBe(true);
      }
      // Each error is of a source that failed, and none is told twice.
      expect(new Set(told).size).toBe(told.length);
      const errors = leaves.filter(({ over, ending }) => over && ending === "error");
      for (const error of told) expect(errors.map((leaf) => leaf.error)).toContain(error);
      if (how === "return" && limit === Infinity) {
        expect(told.length > 0).toBe(errors.length > 0);
      }
      // Where all came to their end, all came out.
      if (limit === Infinity && leaves.every(({ ending }) => ending === "end")) {
        expect(seen.length).toBe(leaves.reduce((sum, { length }) => sum + length, 0));
      }
    },
  );
  await fc.assert(property, { numRuns: byScope({ part: 50, usual: 500, long: 20_000 }) });
});
