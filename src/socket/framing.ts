/** Frames in a stream of bytes: each behind its length, in four bytes, the most significant first. */

const lengthBytes = 4;

/** Node's pool makes short pieces in less time than memory of their own takes. */
const { Buffer } = globalThis as {
  Buffer?: { allocUnsafe(length: number): Uint8Array<ArrayBuffer> };
};
const allocate = (length: number): Uint8Array<ArrayBuffer> =>
  Buffer?.allocUnsafe(length) ?? new Uint8Array(length);

/** Frames, each behind its length, in one piece. */
export function withLengths(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const frame of frames) length += lengthBytes + frame.length;
  const bytes = allocate(length);
  let at = 0;
  for (const frame of frames) {
    for (let shift = 24; shift >= 0; shift -= 8) bytes[at++] = frame.length >>> shift;
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/** Takes frames out of the pieces in which bytes come in, whatever these are. */
export class FrameReader {
  /** Pieces that have come in and are not used up, of which the first begins with a frame, and how long they are. */
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** How long they have to be for something to be made of them. */
  #needed = lengthBytes;

  /**
   * @returns The frames that `piece` completes.
   * @throws `RangeError` for a length above `limit`, as soon as that is known.
   */
  *read(piece: Uint8Array, limit: () => number): Generator<Uint8Array, void> {
    // Node's pieces are of a class of its own, whose parts would be, too.
    this.#pieces.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.length));
    this.#length += piece.length;
    while (this.#length >= this.#needed) {
      const bytes = this.#join();
      const length = uint32(bytes);
      if (length > limit()) {
        throw new RangeError(`a frame of ${length} bytes is above the limit of ${limit()}`);
      }
      const end = (this.#needed = lengthBytes + length);
      if (this.#length < end) return;
      this.#needed = lengthBytes;
      this.#length -= end;
      this.#pieces = this.#length > 0 ? [bytes.subarray(end)] : [];
      yield bytes.subarray(lengthBytes, end);
    }
  }

  /** All that has come in, in one piece: which is done once for a length, and once for a frame. */
  #join(): Uint8Array {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1) return first!;
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [bytes];
    return bytes;
  }
}

function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
