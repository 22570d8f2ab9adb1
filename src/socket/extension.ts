/** What MessagePack has no types for, and their numbers among its extensions. */

/** The decoder is bound to these, and refuses all others. */
export const UNDEFINED = 0;
/** A byte, 1 for a negative number, and the magnitude, most significant byte first. */
export const BIGINT = 1;
/** A value after each key. */
export const MAP = 2;
export const SET = 3;
export const ARRAY_BUFFER = 4;
/** A byte, the place in {@link views}, and the content, in little-endian order. */
export const VIEW = 5;
/** A date that is none. Others are MessagePack's own timestamps. */
export const INVALID_DATE = 6;
export const TIMESTAMP = -1;

type View = (new (buffer: ArrayBuffer) => ArrayBufferView) & { readonly name: string };

/** All but `Uint8Array`, for which MessagePack has a type of its own. */
export const views: readonly View[] = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** How deep arrays, objects, maps and sets may be nested in a value. */
export const deepest = 64;
/** How many levels of a frame lie around the values in it: a batch of items has one more. */
export function levelsAround(type: unknown): number {
  return type === 6 ? 2 : 1;
}

/** The magnitude beyond which a bigint is refused, since to print it takes long: 4,096 digits. */
export const bigintBytes = 1701;
