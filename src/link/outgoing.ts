import { Violation } from "./frame.ts";
import type { Frame } from "./frame.ts";

/** A frame as it was sent, so that it can be sent again. */
export type Sent = Frame | Uint8Array;

/** After how many frames, or bytes, without an acknowledgement to ask for one. */
const askAfterFrames = 64;
const askAfterBytes = 256 * 1024;

/** What one side has sent: numbered, and kept until the other side has acknowledged it, for which it is asked. */
export class Outgoing {
  /** The numbers of the last frame that was sent, and of the last that was acknowledged. */
  sent = 0;
  acknowledged = 0;
  /** How many bytes are kept, as far as that is known. */
  bytes = 0;
  /** What is kept, in order, behind those frames of it that have been acknowledged meanwhile. */
  #frames: Sent[] = [];
  #gone = 0;
  /** For each question that waits for its answer: what had been sent before. */
  #asked: number[] = [];
  /** What had been sent at the last question, and how many bytes since. */
  #askedAt = 0;
  #sinceAsked = 0;

  /** How many frames have not been acknowledged. */
  get owed(): number {
    return this.sent - this.acknowledged;
  }

  /** Whether it is time to ask what has arrived. */
  get due(): boolean {
    const frames = this.sent - Math.max(this.#askedAt, this.acknowledged);
    return frames >= askAfterFrames || this.#sinceAsked >= askAfterBytes;
  }

  /** Counts a frame, and keeps it, if it is given. */
  push(frame: Sent | undefined): void {
    this.sent++;
    if (frame !== undefined) this.#frames.push(frame);
    const bytes = bytesOf(frame);
    this.bytes += bytes;
    this.#sinceAsked += bytes;
  }

  /** Takes back the last one. */
  takeBack(frame: Sent | undefined): void {
    this.sent--;
    if (frame !== undefined) this.#frames.pop();
    this.bytes -= bytesOf(frame);
  }

  /** Frame number `n`, if it is kept. */
  get(n: number): Sent | undefined {
    return n > this.acknowledged ? this.#frames[this.#gone + n - this.acknowledged - 1] : undefined;
  }

  /**
   * Forgets all frames up to number `n`.
   *
   * @throws {@link Violation} if that has not been sent.
   */
  acknowledge(n: number): void {
    if (n > this.sent) throw new Violation("an acknowledgement of nothing");
    for (; this.acknowledged < n; this.acknowledged++) {
      this.bytes -= bytesOf(this.#frames[this.#gone++]);
    }
    // Now and then, so that each frame is moved once on average.
    if (this.#gone * 2 >= this.#frames.length) {
      this.#frames.splice(0, this.#gone);
      this.#gone = 0;
    }
  }

  /** The other side is asked what has arrived. */
  ask(): void {
    this.#asked.push(this.sent);
    this.#askedAt = this.sent;
    this.#sinceAsked = 0;
  }

  /** @returns Whether all that was sent before a question had arrived when it was answered. */
  answered(received: number): boolean {
    return received >= (this.#asked.shift() ?? 0);
  }

  /** There is no answer to come any more: the link has died. */
  forgetQuestions(): void {
    this.#asked = [];
    this.#askedAt = this.#sinceAsked = 0;
  }
}

function bytesOf(frame: Sent | undefined): number {
  return frame instanceof Uint8Array ? frame.byteLength : 0;
}
