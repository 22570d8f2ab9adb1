/** Frames in a stream of bytes: each behind its length, in four bytes, the most significant first. */

const lengthBytes = 4;

/** Frames, each behind its length, in one piece. */
export function withLengths(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const frame of frames) length += lengthBytes + frame.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, frame.length);
    bytes.set(frame, at + lengthBytes);
    at += lengthBytes + frame.length;
  }
  return bytes;
}

/** Takes frames out of the pieces in which bytes come in, whatever these are. */
export class FrameReader {
  /** Pieces that have come in and are not used up, and where the first goes on. */
  #pieces: Uint8Array[] = [];
  #at = 0;
  #length = 0;
  /** The length of the frame that is coming in, once that is known. */
  #wanted: number | undefined;

  /**
   * @returns The frames that `piece` completes.
   * @throws `RangeError` for a length above `limit`, as soon as that is known.
   */
  *read(piece: Uint8Array, limit: () => number): Generator<Uint8Array, void> {
    this.#pieces.push(piece);
    this.#length += piece.length;
    for (;;) {
      if (this.#wanted === undefined) {
        const head = this.#take(lengthBytes);
        if (head === undefined) return;
        this.#wanted = new DataView(head.buffer, head.byteOffset).getUint32(0);
        if (this.#wanted > limit()) {
          throw new RangeError(`a frame of ${this.#wanted} bytes is above the limit of ${limit()}`);
        }
      }
      const frame = this.#take(this.#wanted);
      if (frame === undefined) return;
      this.#wanted = undefined;
      yield frame;
    }
  }

  #take(count: number): Uint8Array | undefined {
    if (this.#length < count) return undefined;
    this.#length -= count;
    const [first] = this.#pieces;
    if (first !== undefined && first.length - this.#at >= count) {
      const taken = first.subarray(this.#at, this.#at + count);
      this.#advance(count);
      return taken;
    }
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const piece = this.#pieces[0]!.subarray(this.#at, this.#at + count - filled);
      taken.set(piece, filled);
      filled += piece.length;
      this.#advance(piece.length);
    }
    return taken;
  }

  /** Goes on in the first piece, or to the next. */
  #advance(count: number): void {
    this.#at += count;
    if (this.#at < this.#pieces[0]!.length) return;
    this.#pieces.shift();
    this.#at = 0;
  }
}
