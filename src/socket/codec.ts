import { decode } from "./decode.ts";
import { encode } from "./encode.ts";

/** Turns frames into bytes, and back. */
export interface Codec {
  /**
   * @param limit The most bytes that a frame may take.
   * @throws What it cannot encode, or is too long.
   */
  encode(frame: unknown, limit?: number): Uint8Array;
  /** @throws What it cannot decode. */
  decode(bytes: Uint8Array): unknown;
}

/**
 * MessagePack, with extensions for `undefined`, bigints, dates, maps, sets and typed arrays. It refuses what it cannot carry, and
 * makes nothing but plain values.
 */
export const messagePack: Codec = { encode, decode };
