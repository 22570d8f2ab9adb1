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

/** What a text has to be as long as, for the platform's own decoder to be faster. */
const longText = 24;

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
  readonly #view: DataView;
  #at = 0;
  /** How many levels may still be opened; how many a frame may have is known when its type is. */
  #levels = deepest + 2;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  finish(): void {
    if (this.#at !== this.#bytes.length) throw malformed("more than a value");
  }

  value(): unknown {
    const type = this.#uint8();
    if (type < 0x80) return type;
    if (type < 0x90) return this.#record(type & 0x0f);
    if (type < 0xa0) return this.#array(type & 0x0f);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return new Uint8Array(this.#take(this.#uint8()));
      case 0xc5:
        return new Uint8Array(this.#take(this.#uint16()));
      case 0xc6:
        return new Uint8Array(this.#take(this.#uint32()));
      case 0xc7:
        return this.#extension(this.#uint8());
      case 0xc8:
        return this.#extension(this.#uint16());
      case 0xc9:
        return this.#extension(this.#uint32());
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
        return this.#uint8();
      case 0xcd:
        return this.#uint16();
      case 0xce:
        return this.#uint32();
      case 0xcf:
        return safe(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return safe(this.#view.getBigInt64(this.#skip(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (type - 0xd4));
      case 0xd9:
        return this.#text(this.#uint8());
      case 0xda:
        return this.#text(this.#uint16());
      case 0xdb:
        return this.#text(this.#uint32());
      case 0xdc:
        return this.#array(this.#uint16());
      case 0xdd:
        return this.#array(this.#uint32());
      case 0xde:
        return this.#record(this.#uint16());
      case 0xdf:
        return this.#record(this.#uint32());
      default:
        throw malformed("a type");
    }
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
      const key = this.value();
      if (typeof key !== "string" || key === "__proto__") throw malformed("a key");
      record[key] = this.value();
    }
    this.#levels++;
    return record;
  }

  /** What lies deeper has to be there: each part of it takes a byte at least. */
  #open(parts: number): void {
    if (parts > this.#bytes.length - this.#at) throw malformed("a length");
    if (this.#levels-- === 0) throw malformed("nested too deep");
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    if (length < longText) {
      let text = "";
      for (let i = 0; i < length; i++) {
        const code = bytes[i]!;
        if (code > 0x7f) return texts.decode(bytes);
        text += String.fromCharCode(code);
      }
      return text;
    }
    return texts.decode(bytes);
  }

  #extension(length: number): unknown {
    const type = this.#view.getInt8(this.#skip(1));
    if (type === MAP || type === SET) return this.#collection(type, this.#at + length);
    const content = this.#take(length);
    switch (type) {
      case UNDEFINED:
        return undefined;
      case BIGINT:
        return bigint(content);
      case ARRAY_BUFFER:
        return new Uint8Array(content).buffer;
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

  #uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #uint16(): number {
    return this.#view.getUint16(this.#skip(2));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  /** @throws At the end of the bytes: the view itself would see it later. */
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
  return new type(new Uint8Array(content.subarray(1)).buffer);
}

function date(content: Uint8Array): Date {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
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
