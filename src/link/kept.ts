import type { Frame } from "./frame.ts";

/** A frame as it was sent, so that it can be sent again. */
type Sent = Frame | Uint8Array;

/** The frames that have been numbered and not acknowledged, in order. */
export class Kept {
  /** How many bytes they are, as far as that is known. */
  bytes = 0;
  /** The number of the last frame that was acknowledged. */
  acknowledged = 0;
  #frames: { readonly frame: Sent; readonly bytes: number }[] = [];
  /** How many of the array's frames have been acknowledged. */
  #gone = 0;

  push(frame: Sent): void {
    const bytes = frame instanceof Uint8Array ? frame.byteLength : 0;
    this.#frames.push({ frame, bytes });
    this.bytes += bytes;
  }

  /** Takes back the last one. */
  pop(): void {
    this.bytes -= this.#frames.pop()?.bytes ?? 0;
  }

  /** Frame number `n`, if it is kept. */
  get(n: number): Sent | undefined {
    return n > this.acknowledged
      ? this.#frames[this.#gone + n - this.acknowledged - 1]?.frame
      : undefined;
  }

  /** Forgets all frames up to number `n`. */
  acknowledge(n: number): void {
    for (; this.acknowledged < n; this.acknowledged++) {
      this.bytes -= this.#frames[this.#gone++]?.bytes ?? 0;
    }
    // Now and then, so that each frame is moved once on average.
    if (this.#gone * 2 >= this.#frames.length) {
      this.#frames = this.#frames.slice(this.#gone);
      this.#gone = 0;
    }
  }
}
