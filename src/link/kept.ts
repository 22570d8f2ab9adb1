import type { Frame } from "./frame.ts";

/** A frame as it was sent, so that it can be sent again. */
type Sent = Frame | Uint8Array;

/** The frames that have been numbered and not acknowledged, in order. */
export class Kept {
  /** How many bytes they are, as far as that is known. */
  bytes = 0;
  /** The number of the last frame that was acknowledged. */
  acknowledged = 0;
  #frames: Sent[] = [];
  /** How many of the array's frames have been acknowledged. */
  #gone = 0;

  push(frame: Sent): void {
    this.#frames.push(frame);
    this.bytes += bytesOf(frame);
  }

  /** Takes back the last one, if there is one. */
  pop(): void {
    this.bytes -= bytesOf(this.#frames.pop());
  }

  /** Frame number `n`, if it is kept. */
  get(n: number): Sent | undefined {
    return n > this.acknowledged ? this.#frames[this.#gone + n - this.acknowledged - 1] : undefined;
  }

  /** Forgets all frames up to number `n`. */
  acknowledge(n: number): void {
    for (; this.acknowledged < n; this.acknowledged++) {
      this.bytes -= bytesOf(this.#frames[this.#gone++]);
    }
    // Now and then, so that each frame is moved once on average.
    if (this.#gone * 2 >= this.#frames.length) {
      this.#frames.splice(0, this.#gone);
      this.#gone = 0;
    }
  }
}

function bytesOf(frame: Sent | undefined): number {
  return frame instanceof Uint8Array ? frame.byteLength : 0;
}
