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

/** The length of a shorter text is in its type; and the platform's own encoder would take longer. */
const shortText = 32;

const texts = new TextEncoder();
/** The content of an extension that has none. */
const nothing = new Uint8Array(1);

/**
 * Encodes a frame as MessagePack, with extensions for what that has no types for.
 *
 * @param limit The most bytes that it may take.
 * @throws `TypeError` for what cannot be copied, such as a function; `RangeError` for what is too long, or nested too deep.
 */
export function encode(frame: unknown, limit: number = Infinity): Uint8Array<ArrayBuffer> {
  const encoder = spare ?? new Encoder();
  // What is encoded may run foreign code, which may encode.
  spare = undefined;
  try {
    return encoder.encode(frame, limit);
  } finally {
    spare = encoder;
  }
}

class Encoder {
  #bytes!: Uint8Array<ArrayBuffer>;
  #view!: DataView;
  #length = 0;
  #limit = 0;
  /** How many levels may still be opened. */
  #levels = 0;

  constructor() {
    this.#use(new Uint8Array(4096));
  }

  encode(frame: unknown, limit: number): Uint8Array<ArrayBuffer> {
    this.#length = 0;
    this.#limit = limit;
    this.#levels = deepest + (Array.isArray(frame) ? levelsAround(frame[0]) : 0);
    try {
      this.value(frame);
      this.#checkLimit();
      return this.#bytes.slice(0, this.#length);
    } finally {
      if (this.#bytes.length > 2 ** 16) this.#use(new Uint8Array(4096));
    }
  }

  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#text(value);
        break;
      case "number":
        this.#number(value);
        break;
      case "boolean":
        this.#byte(value ? 0xc3 : 0xc2);
        break;
      case "undefined":
        this.#extension(UNDEFINED, nothing);
        break;
      case "bigint":
        this.#bigint(value);
        break;
      case "object":
        if (value === null) this.#byte(0xc0);
        else this.#object(value);
        break;
      default:
        throw new TypeError(`A ${typeof value} cannot be sent`);
    }
  }

  #object(value: object): void {
    if (Array.isArray(value)) {
      this.#open();
      this.#head(value.length, 0x90, 0xdb);
      for (let i = 0; i < value.length; i++) this.value(value[i]);
      this.#levels++;
    } else if (value instanceof Uint8Array) this.#binary(value);
    else if (ArrayBuffer.isView(value)) this.#arrayView(value);
    else if (value instanceof ArrayBuffer) this.#extension(ARRAY_BUFFER, new Uint8Array(value));
    else if (value instanceof Date) this.#date(value.getTime());
    else if (value instanceof Map) {
      const entries: unknown[] = [];
      for (const [key, item] of value) entries.push(key, item);
      this.#collection(MAP, entries);
    } else if (value instanceof Set) {
      this.#collection(SET, [...value]);
    } else this.#record(value);
  }

  /** An object as its own enumerable properties. */
  #record(value: object): void {
    if (Object.getPrototypeOf(value) !== Object.prototype) refuseUncopied(value);
    const keys = Object.keys(value);
    this.#open();
    this.#head(keys.length, 0x80, 0xdd);
    for (const key of keys) {
      if (key === "__proto__") {
        throw new TypeError(`A property named "__proto__" cannot be sent`);
      }
      this.#text(key);
      this.value((value as Record<string, unknown>)[key]);
    }
    this.#levels++;
  }

  /** What follows lies one level deeper. */
  #open(): void {
    if (this.#levels-- > 0) return;
    throw new RangeError(
      `A value that is nested more than ${deepest} levels deep, or in itself, cannot be sent`,
    );
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#byte(0xcb);
      const at = this.#grow(8);
      this.#view.setFloat64(at, value);
    } else if (value >= 2 ** 32 || value < -(2 ** 31)) {
      this.#byte(value > 0 ? 0xcf : 0xd3);
      const at = this.#grow(8);
      this.#view.setBigInt64(at, BigInt(value));
    } else if (value >= 0) {
      if (value < 0x80) this.#byte(value);
      else this.#sized(0xcc, widthOf(value), value);
    } else if (value >= -0x20) this.#byte(value);
    else this.#sized(0xd0, widthOf(-2 * value - 1), value);
  }

  #text(text: string): void {
    const { length } = text;
    if (length < shortText) {
      const at = this.#grow(1 + length);
      const bytes = this.#bytes;
      bytes[at] = 0xa0 | length;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[at + 1 + i] = code;
      }
      if (i === length) return;
      this.#length = at;
    }
    if (/\p{Surrogate}/u.test(text)) {
      throw new TypeError("A text with a lone surrogate cannot be sent");
    }
    const encoded = texts.encode(text);
    if (encoded.length < shortText) this.#byte(0xa0 | encoded.length);
    else this.#sized(0xd9, widthOf(encoded.length), encoded.length);
    this.#append(encoded);
  }

  #binary(bytes: Uint8Array): void {
    this.#sized(0xc4, widthOf(bytes.length), bytes.length);
    this.#append(bytes);
  }

  #arrayView(value: ArrayBufferView): void {
    const kind = views.findIndex((type) => value instanceof type);
    if (kind < 0) throw new TypeError("An array of this type cannot be sent");
    const content = new Uint8Array(1 + value.byteLength);
    content[0] = kind;
    content.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), 1);
    this.#extension(VIEW, content);
  }

  #date(time: number): void {
    if (Number.isNaN(time)) {
      this.#extension(INVALID_DATE, nothing);
      return;
    }
    const seconds = Math.floor(time / 1000);
    const nanoseconds = (time - seconds * 1000) * 1e6;
    const content = new DataView(new ArrayBuffer(12));
    content.setUint32(0, nanoseconds);
    content.setBigInt64(4, BigInt(seconds));
    this.#extension(TIMESTAMP, new Uint8Array(content.buffer));
  }

  #bigint(value: bigint): void {
    let digits = (value < 0n ? -value : value).toString(16);
    if (digits.length % 2 > 0) digits = `0${digits}`;
    const length = digits.length / 2;
    if (length > bigintBytes) {
      throw new RangeError("A bigint of more than 4,096 digits cannot be sent");
    }
    const content = new Uint8Array(1 + length);
    content[0] = value < 0n ? 1 : 0;
    for (let i = 0; i < length; i++) content[1 + i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
    this.#extension(BIGINT, content);
  }

  /** Keys and values, or items: their length in bytes is known only when they have been written. */
  #collection(type: number, items: unknown[]): void {
    this.#sized(0xc7, 2, 0);
    const at = this.#length - 4;
    this.#byte(type);
    const start = this.#length;
    this.value(items);
    this.#view.setUint32(at, this.#length - start);
  }

  #extension(type: number, content: Uint8Array): void {
    const { length } = content;
    if (length === 1) this.#byte(0xd4);
    else this.#sized(0xc7, widthOf(length), length);
    this.#byte(type);
    this.#append(content);
  }

  /** How much is in an array, or a record: within the type's own byte, in two bytes, or in four. */
  #head(length: number, short: number, types: number): void {
    if (length < 16) this.#byte(short | length);
    else this.#sized(types, Math.max(1, widthOf(length)), length);
  }

  #byte(byte: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = byte;
  }

  /** A type, of those that follow one another for integers of 1, 2 and 4 bytes, and the integer. */
  #sized(types: number, width: number, value: number): void {
    this.#byte(types + width);
    const size = 1 << width;
    const at = this.#grow(size);
    for (let i = 0; i < size; i++) this.#bytes[at + i] = value >> (8 * (size - 1 - i));
  }

  #append(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Makes room for more bytes. @returns Where they begin. */
  #grow(count: number): number {
    const at = this.#length;
    const length = (this.#length = at + count);
    if (length > this.#bytes.length) {
      this.#checkLimit();
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#use(larger);
    }
    return at;
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  #checkLimit(): void {
    if (this.#length > this.#limit) {
      throw new RangeError(`A frame of more than ${this.#limit} bytes cannot be sent`);
    }
  }
}

/** How many times one byte has to be doubled for a number above 0: 0, 1 or 2. */
function widthOf(value: number): number {
  return value < 0x100 ? 0 : value < 0x1_0000 ? 1 : 2;
}

/** One that encodes nothing now. */
let spare: Encoder | undefined;

/** @throws `TypeError` for what would be an empty object, or one without what matters: a `URL`, an iterator, an error. */
function refuseUncopied(value: object): void {
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (tag === "Object") return;
  if (value instanceof Error || /^(Error|String)$/.test(tag) || Object.keys(value).length === 0) {
    throw new TypeError(`An object of type ${tag} cannot be sent`);
  }
}
