import type { SessionOptions } from "coroutine-channels/link";

import { settled } from "../support/settled.ts";

/** Random numbers that come again with the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Clock = NonNullable<SessionOptions["clock"]>;

/** A clock that stands still, until a test lets it go on. */
export class DrivenClock implements Clock {
  #now = 0;
  #count = 0;
  readonly #timers: { readonly at: number; readonly order: number; readonly act: () => void }[] =
    [];
  readonly random: () => number;

  constructor(random: () => number = () => 0.5) {
    this.random = random;
  }

  now(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#timers.length;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.#now + milliseconds, order: this.#count++, act };
    this.#timers.push(timer);
    return () => {
      const i = this.#timers.indexOf(timer);
      if (i >= 0) this.#timers.splice(i, 1);
    };
  }

  /** Lets time pass until `done`, and everything come to rest in between. */
  async until(done: () => boolean, atMost = Infinity): Promise<void> {
    for (;;) {
      await settled();
      if (done()) return;
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined) throw new Error("Nothing more will happen");
      if (next.at > atMost) throw new Error(`It takes longer than ${atMost} ms`);
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
  }

  /** Lets so much time pass. */
  async pass(milliseconds: number): Promise<void> {
    let over = false;
    this.after(milliseconds, () => {
      over = true;
    });
    await this.until(() => over);
    await settled();
  }
}
