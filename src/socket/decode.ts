import {
  ARRAY_BUFFER,
  BIGINT,
  bigintBytes,
  deepest,
  INVALID_DATE,
  levelsAround,
  MAP,
  SET,
  TIMESTAMP,
  UNDEFINED,
  VIEW,
  views,
} from "./extension.ts";
import { keyAt } from "./keys.ts";

/** What a text has to be as long as, for the platform's own decoder to be faster. */
const longText = 12;

const texts = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes a frame. It makes plain values only, and no more than the bytes can hold.
 *
 * @throws `RangeError` for what {@link encode} would not have made.
 */
export function decode(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes);
  const value = decoder.value();
  decoder.finish();
  return value;
}

class Decoder {
  readonly #bytes: Uint8Array;
  /** Made for the first number that needs it. */
  #view: DataView | undefined;
  #at = 0;
  /** How many levels may still be opened; how many a frame may have is known when its type is. */
  #levels = deepest + 2;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  finish(): void {
    if (this.#at !== this.#bytes.length) throw malformed("more than a value");
  }

  value(): unknown {
    const type = this.#uint(0);
    if (type < 0x80) return type;
    if (type < 0x90) return this.#record(type & 0x0f);
    if (type < 0xa0) return this.#array(type & 0x0f);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    if (type === 0xc0) return null;
    if (type === 0xc2) return false;
    if (type === 0xc3) return true;
    // What has a length, or is an integer, has it in one byte, in two, or in four.
    if (type < 0xc4) throw malformed("a type");
    if (type < 0xc7) return copyOf(this.#take(this.#uint(type - 0xc4)));
    if (type < 0xca) return this.#extension(this.#uint(type - 0xc7));
    if (type === 0xca) return this.#number().getFloat32(this.#skip(4));
    if (type === 0xcb) return this.#number().getFloat64(this.#skip(8));
    if (type < 0xcf) return this.#uint(type - 0xcc);
    if (type === 0xcf) return safe(this.#number().getBigUint64(this.#skip(8)));
    if (type < 0xd3) return signed(this.#uint(type - 0xd0), type - 0xd0);
    if (type === 0xd3) return safe(this.#number().getBigInt64(this.#skip(8)));
    if (type < 0xd9) return this.#extension(1 << (type - 0xd4));
    if (type < 0xdc) return this.#text(this.#uint(type - 0xd9));
    if (type < 0xde) return this.#array(this.#uint(type - 0xdb));
    return this.#record(this.#uint(type - 0xdd));
  }

  #array(length: number): unknown[] {
    const isFrame = this.#at <= 5 && this.#levels === deepest + 2;
    this.#open(length);
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      items.push(this.value());
      if (isFrame && i === 0) this.#levels = deepest + levelsAround(items[0]) - 1;
    }
    this.#levels++;
    return items;
  }

  #record(length: number): Record<string, unknown> {
    this.#open(2 * length);
    const record: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.#key();
      if (key === "__proto__") throw malformed("a key");
      record[key] = this.value();
    }
    this.#levels++;
    return record;
  }

  #key(): string {
    const length = this.#bytes[this.#at]! - 0xa0;
    if (length >= 0 && length < 0x20) {
      const at = this.#skip(1 + length) + 1;
      const key = keyAt(this.#bytes, at, length);
      if (key !== undefined) return key;
      this.#at = at - 1;
    }
    const key = this.value();
    if (typeof key !== "string") throw malformed("a key");
    return key;
  }

  /** What lies deeper has to be there: each part of it takes a byte at least. */
  #open(parts: number): void {
    if (parts > this.#bytes.length - this.#at) throw malformed("a length");
    if (this.#levels-- === 0) throw malformed("nested too deep");
  }

  #text(length: number): string {
    const bytes = this.#bytes;
    const at = this.#skip(length);
    let text = "";
    if (length < longText) {
      for (let i = at; i < at + length && bytes[i]! < 0x80; i++)
        text += String.fromCharCode(bytes[i]!);
    }
    return text.length === length ? text : texts.decode(bytes.subarray(at, at + length));
  }

  #extension(length: number): unknown {
    const type = signed(this.#uint(0), 0);
    if (type === MAP || type === SET) return this.#collection(type, this.#at + length);
    const content = this.#take(length);
    switch (type) {
      case UNDEFINED:
        return undefined;
      case BIGINT:
        return bigint(content);
      case ARRAY_BUFFER:
        return copyOf(content).buffer;
      case VIEW:
        return arrayView(content);
      case INVALID_DATE:
        return new Date(NaN);
      case TIMESTAMP:
        return date(content);
      default:
        throw malformed("an extension");
    }
  }

  #collection(type: typeof MAP | typeof SET, end: number): unknown {
    const items = this.value();
    if (!Array.isArray(items) || this.#at !== end) throw malformed("a collection");
    if (type === SET) return new Set(items);
    if (items.length % 2 > 0) throw malformed("a map");
    const map = new Map<unknown, unknown>();
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
    return map;
  }

  /** A number of one byte, doubled `width` times. */
  #uint(width: number): number {
    let at = this.#skip(1 << width);
    let value = this.#bytes[at]!;
    while (++at < this.#at) value = value * 0x100 + this.#bytes[at]!;
    return value;
  }

  /** Reads numbers that are no lengths. */
  #number(): DataView {
    return (this.#view ??= viewOf(this.#bytes));
  }

  /** @returns Where these bytes begin. @throws At the end of all. */
  #skip(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw malformed("a length");
    this.#at = at + count;
    return at;
  }

  #take(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.#bytes.subarray(at, at + count);
  }
}

/** The same number, as one that may be negative. */
function signed(value: number, width: number): number {
  const unused = 32 - (8 << width);
  return (value << unused) >> unused;
}

/** In memory of its own, and of no class of Node's, whose `slice` does not copy. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An integer that other encoders write in eight bytes. */
function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw malformed("an integer");
  return number;
}

function bigint([sign, ...magnitude]: Uint8Array): bigint {
  if (magnitude.length === 0 || magnitude.length > bigintBytes || sign! > 1) {
    throw malformed("a bigint");
  }
  const digits = magnitude.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const value = BigInt(`0x${digits}`);
  return sign === 1 ? -value : value;
}

function arrayView(content: Uint8Array): ArrayBufferView {
  const type = views[content[0]!];
  if (type === undefined) throw malformed("an array");
  return new type(copyOf(content.subarray(1)).buffer);
}

function date(content: Uint8Array): Date {
  const view = viewOf(content);
  switch (content.length) {
    case 4:
      return new Date(view.getUint32(0) * 1000);
    case 8: {
      const seconds = (view.getUint32(0) & 0x3) * 2 ** 32 + view.getUint32(4);
      return new Date(seconds * 1000 + Math.floor((view.getUint32(0) >>> 2) / 1e6));
    }
    case 12:
      return new Date(Number(view.getBigInt64(4)) * 1000 + Math.floor(view.getUint32(0) / 1e6));
    default:
      throw malformed("a date");
  }
}

function malformed(what: string): RangeError {
  return new RangeError(`Malformed: ${what}`);
}
