/** The parts of the main program whose promises are about every input, not about a few. */

import { isUtf8 } from "node:buffer";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decode } from "../../apps/log-lanes/decode.ts";
import { Frequent } from "../../apps/log-lanes/frequent.ts";
import type { Lane } from "../../apps/log-lanes/lane.ts";
import { type Line, MAX_LINE, splitLines } from "../../apps/log-lanes/lines.ts";
import { runLanes } from "../../apps/log-lanes/route.ts";

/** Hands out `bytes` in chunks of the given sizes, over and over. */
async function* inChunks(bytes: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Where `decode` found something that is not text; Infinity where all of it is. */
async function offsetOfFailure(chunks: AsyncIterable<Buffer>): Promise<number> {
  try {
    for await (const _ of decode("f", chunks)) continue;
    return Infinity;
  } catch (error) {
    return Number(/offset (\d+)$/.exec(String(error))?.[1]);
  }
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe("decode", () => {
  test("gives the text back whatever the chunks", async () => {
    const text = fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(text, chunkSizes, async (text, sizes) => {
        const pieces = await all(decode("f", inChunks(Buffer.from(text), sizes)));
        expect(pieces.join("")).toBe(text);
      }),
    );
  });

  test("finds the first bad byte whatever the chunks", async () => {
    const bytes = fc
      .array(
        fc.constantFrom(0x41, 0x42, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f, 0xff),
      )
      .map((list) => Buffer.from(list));
    await fc.assert(
      fc.asyncProperty(bytes, chunkSizes, async (bytes, sizes) => {
        const offset = await offsetOfFailure(inChunks(bytes, sizes));
        // Everything before the offset is text, and nothing that goes further is.
        const prefixes = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(0, i + 1));
        expect(isUtf8(bytes.subarray(0, offset))).toBe(true);
        expect(prefixes.slice(offset).some((prefix) => isUtf8(prefix))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe("splitLines", () => {
  test("finds the same lines whatever the pieces, and their sizes add up", async () => {
    const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r") }));
    await fc.assert(
      fc.asyncProperty(pieces, async (pieces) => {
        const text = pieces.join("");
        const lines = (await all(splitLines("f", each(pieces)))).flat();
        const expected = text.split("\n");
        if (expected.at(-1) === "") expected.pop();
        expect(lines.map((line) => line.text)).toEqual(expected.map((s) => s.replace(/\r$/, "")));
        expect(lines.map((line) => line.number)).toEqual(expected.map((_, i) => i + 1));
        expect(lines.reduce((sum, line) => sum + line.bytes, 0)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  test("keeps no more of a line than its limit, and counts all of it", async () => {
    const pieces = Array.from({ length: 10 }, () => "x".repeat(10_000));
    const [[line] = []] = await all(splitLines("f", each(pieces)));
    expect(line?.text).toHaveLength(MAX_LINE);
    expect(line?.bytes).toBe(100_000);
  });
});

describe("Frequent", () => {
  test("counts within its promised error", () => {
    const items = fc.array(
      fc.nat(30).map((n) => String(n * n)),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 8 }), (items, capacity) => {
        const sketch = new Frequent(capacity);
        for (const item of items) sketch.add(item);
        const found = new Map(sketch.top(Infinity));
        expect(found.size).toBeLessThanOrEqual(2 * capacity);
        expect(sketch.slack).toBeLessThanOrEqual(items.length / capacity);
        for (const item of new Set(items)) {
          const exact = items.filter((other) => other === item).length;
          const count = found.get(item) ?? 0;
          expect(count).toBeLessThanOrEqual(exact);
          expect(count + sketch.slack).toBeGreaterThanOrEqual(exact);
        }
      }),
    );
  });
});

function lines(...texts: string[]): Line[] {
  return texts.map((text, i) => ({ file: "f", number: i + 1, text, bytes: text.length + 1 }));
}

describe("runLanes", () => {
  const lanes: Lane[] = [
    { name: "a", pattern: /a/ },
    { name: "rest", pattern: /^/ },
  ];
  test("feeds each lane its own lines, in order, and never more than it asked for", async () => {
    const log: string[] = [];
    async function* source() {
      for (const line of lines("a1", "b1", "a2", "b2")) {
        log.push(`read ${line.text}`);
        yield [line];
      }
    }
    await runLanes(source(), lanes, async ({ name }, mine) => {
      for await (const { text } of mine) log.push(`${name}: ${text}`);
    });
    expect(log).toEqual([
      "read a1",
      "a: a1",
      "read b1",
      "rest: b1",
      "read a2",
      "a: a2",
      "read b2",
      "rest: b2",
    ]);
  });

  test.each(["before its first line", "at a line"])(
    "reports a pipeline that fails %s, and unwinds the others and the source",
    async (when) => {
      const failure = new Error(when);
      const ended: string[] = [];
      async function* source() {
        try {
          for (;;) yield lines("b", "a");
        } finally {
          ended.push("source");
        }
      }
      const running = runLanes(source(), lanes, async ({ name }, mine) => {
        try {
          if (name === "a" && when.startsWith("before")) throw failure;
          for await (const _ of mine) if (name === "a") throw failure;
        } finally {
          ended.push(name);
        }
      });
      await expect(running).rejects.toBe(failure);
      expect(ended.toSorted()).toEqual(
        // A pipeline that fails before anything is asked for leaves nothing to read.
        when.startsWith("before") ? ["a", "rest"] : ["a", "rest", "source"],
      );
    },
  );

  test("reports a source that fails, and ends every lane", async () => {
    const failure = new Error("unreadable");
    async function* source() {
      yield lines("a", "b");
      throw failure;
    }
    const ended: string[] = [];
    const running = runLanes(source(), lanes, async ({ name }, mine) => {
      try {
        for await (const _ of mine) continue;
      } catch (error) {
        ended.push(`${name}: ${(error as Error).message}`);
        throw error;
      }
    });
    await expect(running).rejects.toBe(failure);
    expect(ended.toSorted()).toEqual(["a: unreadable", "rest: unreadable"]);
  });
});

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
