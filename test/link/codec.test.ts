/** MessagePack as this library speaks it: what it carries, what it refuses, and with whom it agrees. */
import { messagePack } from "coroutine-channels/socket";
import { decode as theirDecode, encode as theirEncode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { FrameReader, withLengths } from "../../src/socket/framing.ts";
import { byScope } from "../support/scope.ts";
import { seeded } from "./driven-clock.ts";

const { encode, decode } = messagePack;
const through = (value: unknown): unknown => decode(encode(value));
const numRuns = byScope({ part: 100, usual: 300, long: 3000 });

const text = fc.string({ unit: "binary" });
const keys = text.filter((key) => key !== "__proto__");
const leaves = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.boolean(),
  text,
  fc.constantFrom(null, undefined, -0, 2 ** 53, -(2 ** 53)),
  fc.bigInt(),
  fc.date(),
  fc.uint8Array(),
  fc.float32Array(),
  fc.int16Array(),
  fc.bigInt64Array(),
  fc.string({ minLength: 40, maxLength: 400 }),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaves,
    fc.array(tie("value")),
    fc.dictionary(keys, tie("value"), { noNullPrototype: true }),
    fc.array(fc.tuple(tie("value"), tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value")).map((items) => new Set(items)),
  ),
})).value;

test("any value comes back as structured clone would give it", () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(through(value)).toStrictEqual(structuredClone(value));
    }),
    { numRuns },
  );
});

/** Bytes like a `Buffer`'s: what is sliced of them is neither a copy nor a plain array. */
class BufferLike extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }
}

test("what is decoded is a copy, even of a Buffer", () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = BufferLike.from(encode(value));
      const decoded = decode(bytes);
      bytes.fill(0);
      expect(decoded).toStrictEqual(structuredClone(value));
    }),
    { numRuns },
  );
});

test.each([
  [-0],
  [NaN],
  [Infinity],
  [undefined],
  [null],
  [0n],
  [-(10n ** 40n)],
  [10n ** 4095n],
  ["\uFEFFwith a mark"],
  ["🙂".repeat(100)],
  [new Date(-1)],
  [new Date(8.64e15)],
  [new Date(NaN)],
  [new Uint8ClampedArray([1, 300])],
  [new DataView(new ArrayBuffer(3))],
  [new Float64Array([0.1, -0])],
  [new Uint8Array(70_000)],
  [new ArrayBuffer(300)],
  [Array.from({ length: 70_000 }, (_, i) => i)],
  [Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]))],
  [[undefined, undefined]],
  [{ a: undefined }],
  [{ then: 1, constructor: 2, toString: 3, hasOwnProperty: 4 }],
])("%o comes back", (value) => {
  expect(through(value)).toStrictEqual(structuredClone(value));
});

test("class instances become plain objects, and holes become undefined", () => {
  class Point {
    x = 1;
    get y(): number {
      return 2;
    }
  }
  expect(through(new Point())).toStrictEqual({ x: 1 });
  // oxlint-disable-next-line no-sparse-arrays
  expect(through([1, , 3])).toStrictEqual([1, undefined, 3]);
});

describe("what cannot be carried is refused by the encoder", () => {
  const cycle: unknown[] = [];
  cycle.push([cycle]);
  test.each([
    ["a function", () => {}],
    ["a symbol", Symbol("s")],
    ["a promise", Promise.resolve()],
    ["an error", new Error("e")],
    ["a pattern", /x/],
    ["a weak map", new WeakMap()],
    ["a URL", new URL("https://example.org")],
    ["a signal", new AbortController().signal],
    ["an iterator", [1].values()],
    ["a boxed number", Object(1)],
    ["half a character", "\ud800"],
    ["half a character in a long text", `${"x".repeat(100)}\udc00`],
    ["half a character in a key", { "\ud800": 1 }],
    ["__proto__", JSON.parse(`{"__proto__": 1}`)],
    ["a cycle", cycle],
    ["a bigint of 4,097 digits", BigInt("9".repeat(4097))],
  ])("%s", (_name, value) => {
    expect(() => encode([value])).toThrow(/sent/);
    expect(encode([1])).toEqual(encode([1]));
  });

  test("a frame over the limit, before it has grown far beyond", () => {
    const limit = 1000;
    expect(encode(new Uint8Array(997), limit)).toHaveLength(1000);
    expect(() => encode(new Uint8Array(998), limit)).toThrow(RangeError);
    // oxlint-disable-next-line unicorn/no-new-array
    expect(() => encode(new Array(1e9), limit)).toThrow(RangeError);
  });

  test("a getter that throws, or encodes something itself", () => {
    const failing = {
      get x(): never {
        throw new RangeError("no");
      },
    };
    expect(() => encode(failing)).toThrow("no");
    const nested = {
      a: 1,
      get b(): unknown {
        return encode({ c: 3 });
      },
    };
    expect(through(nested)).toStrictEqual({ a: 1, b: encode({ c: 3 }) });
  });
});

describe("what an encoder would not have made is refused by the decoder", () => {
  test.each([
    ["nothing", []],
    ["more than a value", [1, 1]],
    ["an array beyond the end", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["an object beyond the end", [0xdf, 0x7f, 0xff, 0xff, 0xff]],
    ["a text beyond the end", [0xdb, 0, 0, 1, 0, 65]],
    ["bytes beyond the end", [0xc6, 0, 0, 1, 0, 65]],
    ["a text that is none", [0xa2, 0xff, 0xfe]],
    ["a surrogate in a text", [0xa3, 0xed, 0xa0, 0x80]],
    ["a type that does not exist", [0xc1]],
    ["an extension that does not exist", [0xd4, 99, 0]],
    ["a key that is no text", [0x81, 1, 1]],
    ["__proto__", [0x81, 0xa9, ...new TextEncoder().encode("__proto__"), 1]],
    ["an integer beyond 2 ** 53", [0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0]],
    ["a map without a value", [0xc7, 2, 2, 0x91, 1]],
    ["a set of another length", [0xc7, 3, 3, 0x91, 1]],
    ["a bigint without digits", [0xd4, 1, 0]],
    ["a bigint of another sign", [0xd5, 1, 2, 1]],
    ["an array of an unknown type", [0xd4, 5, 99]],
    ["an array of half items", [0xd5, 5, 2, 1]],
    ["a date of another length", [0xd4, 0xff, 0]],
    ["nested too deep", [...Array.from({ length: 70 }, () => 0x91), 1]],
  ])("%s", (_name, bytes) => {
    expect(() => decode(new Uint8Array(bytes))).toThrow(Error);
  });

  test("however its input is mutated, it throws or gives plain values, at once", () => {
    const random = seeded(7);
    const seeds = fc.sample(values, { numRuns: 200, seed: 7 }).map((value) => encode([value]));
    const before = Object.keys(Object.prototype).length;
    const rounds = byScope({ part: 5000, usual: 10_000, long: 60_000 });
    const started = performance.now();
    let decoded = 0;
    for (let i = 0; i < rounds; i++) {
      const bytes = seeds[i % seeds.length]!.slice();
      for (let changes = 1 + random() * 4; changes > 0; changes--) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      try {
        decode(random() < 0.1 ? bytes.subarray(0, random() * bytes.length) : bytes);
        decoded++;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
    }
    expect(decoded).toBeGreaterThan(0);
    expect(Object.keys(Object.prototype)).toHaveLength(before);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});

test("it agrees with @msgpack/msgpack on what both know", () => {
  const common = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }).filter((x) => !Object.is(x, -0)),
      fc.boolean(),
      fc.constant(null),
      text,
      fc.uint8Array(),
      fc.date({ noInvalidDate: true }),
      fc.array(tie("value")),
      fc.dictionary(keys, tie("value"), { noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(common, (value) => {
      expect(theirDecode(encode(value))).toStrictEqual(value);
      expect(decode(theirEncode(value))).toStrictEqual(value);
    }),
    { numRuns },
  );
});

test("frames come out of bytes, however these are split", () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (frames, sizes) => {
      const reader = new FrameReader();
      const got: Uint8Array[] = [];
      let rest: Uint8Array = withLengths(frames);
      while (rest.length > 0) {
        const { value: size } = sizes.next();
        got.push(...reader.read(rest.subarray(0, size), () => 40));
        rest = rest.subarray(size);
      }
      expect(got).toEqual(frames);
    }),
    { numRuns: numRuns / 10 },
  );
});

test("a length above the limit is refused before anything of it has come", () => {
  const head = new Uint8Array([0, 16, 0, 1]);
  expect(() => [...new FrameReader().read(head, () => 2 ** 20)]).toThrow(RangeError);
  expect([...new FrameReader().read(new Uint8Array([0, 16, 0, 0]), () => 2 ** 20)]).toEqual([]);
});
