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

/** What a text has to be as long as, for the platform's own encoder to be faster. */
const longText = 48;

const texts = new TextEncoder();
/** The content of an extension that has none. */
const nothing = new Uint8Array(1);

/**
 * Encodes a frame as MessagePack, with extensions for what that has no types for.
 *
 * @param limit The most bytes that it may take.
 * @throws `TypeError` for what cannot be copied, such as a function; `RangeError` for what is too long, or nested too deep.
 */
export function encode(frame: unknown, limit: number = Infinity): Uint8Array {
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

  encode(frame: unknown, limit: number): Uint8Array {
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
      this.#head(value.length, 0x90, 15, 0xdc);
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
    this.#head(keys.length, 0x80, 15, 0xde);
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
    } else if (value >= 0) {
      if (value < 0x80) this.#byte(value);
      else if (value < 0x100) this.#sized(0xcc, 1, value);
      else if (value < 0x1_0000) this.#sized(0xcd, 2, value);
      else if (value < 0x1_0000_0000) this.#sized(0xce, 4, value);
      else this.#wide(0xcf, value);
    } else if (value >= -0x20) this.#byte(value + 0x100);
    else if (value >= -0x80) this.#sized(0xd0, 1, value);
    else if (value >= -0x8000) this.#sized(0xd1, 2, value);
    else if (value >= -0x8000_0000) this.#sized(0xd2, 4, value);
    else this.#wide(0xd3, value);
  }

  #text(text: string): void {
    const { length } = text;
    if (length < longText) {
      const at = this.#grow(1 + length);
      const bytes = this.#bytes;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[at + 1 + i] = code;
      }
      if (i === length && length < 32) {
        bytes[at] = 0xa0 | length;
        return;
      }
      this.#length = at;
    }
    if (/\p{Surrogate}/u.test(text)) {
      throw new TypeError("A text with a lone surrogate cannot be sent");
    }
    const encoded = texts.encode(text);
    this.#head(encoded.length, 0xa0, 31, 0xda, 0xd9);
    this.#append(encoded);
  }

  #binary(bytes: Uint8Array): void {
    if (bytes.length < 0x100) this.#sized(0xc4, 1, bytes.length);
    else this.#head(bytes.length, 0, -1, 0xc5);
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
    this.#sized(0xc9, 4, 0);
    const at = this.#length - 4;
    this.#byte(type);
    const start = this.#length;
    this.value(items);
    this.#view.setUint32(at, this.#length - start);
  }

  #extension(type: number, content: Uint8Array): void {
    const { length } = content;
    if (length === 1) this.#byte(0xd4);
    else if (length < 0x100) this.#sized(0xc7, 1, length);
    else this.#sized(0xc9, 4, length);
    this.#byte(type & 0xff);
    this.#append(content);
  }

  /** A length: within the type's own byte, in one byte if there is such a type, in two, or in four. */
  #head(length: number, short: number, shortest: number, two: number, one?: number): void {
    if (length <= shortest) this.#byte(short | length);
    else if (one !== undefined && length < 0x100) this.#sized(one, 1, length);
    else if (length < 0x1_0000) this.#sized(two, 2, length);
    else this.#sized(two + 1, 4, length);
  }

  #byte(byte: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = byte;
  }

  #sized(type: number, size: 1 | 2 | 4, value: number): void {
    const at = this.#grow(1 + size);
    const view = this.#view;
    view.setUint8(at, type);
    if (size === 1) view.setUint8(at + 1, value);
    else if (size === 2) view.setUint16(at + 1, value);
    else view.setUint32(at + 1, value);
  }

  #wide(type: number, value: number): void {
    const at = this.#grow(9);
    this.#view.setUint8(at, type);
    this.#view.setBigInt64(at + 1, BigInt(value));
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

/** One that encodes nothing now. */
let spare: Encoder | undefined;

/** @throws `TypeError` for what would be an empty object, or one without what matters. */
function refuseUncopied(value: object): void {
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (tag !== "Object" && (value instanceof Error || uncopied.test(tag))) {
    throw new TypeError(`An object of type ${tag} cannot be sent`);
  }
}

/** What would be an empty object, and so is refused. */
const uncopied =
  /^(Error|RegExp|Promise|Weak\w+|Boolean|Number|String|Symbol|BigInt|(Async)?Generator|SharedArrayBuffer)$/;
