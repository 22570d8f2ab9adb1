import type { Clock } from "./clock.ts";

/** Asks for a sign of life after a time of silence, and tells when none comes for as long again. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #ask: () => void;
  readonly #dead: () => void;
  /** Whether there is something that the other side should have confirmed by now. */
  readonly #owes: () => boolean;
  #heard: number;
  /** Whether the other side has been asked, and has not been heard since. */
  #asked = false;
  #cancel: () => void;

  constructor(
    clock: Clock,
    interval: number,
    { ask, dead, owes }: { ask(): void; dead(): void; owes(): boolean },
  ) {
    this.#clock = clock;
    this.#interval = interval;
    this.#ask = ask;
    this.#dead = dead;
    this.#owes = owes;
    this.#heard = clock.now();
    this.#cancel = clock.after(interval, () => this.#beat());
  }

  /** Something has come in. */
  heard(): void {
    this.#heard = this.#clock.now();
    this.#asked = false;
  }

  stop(): void {
    this.#cancel();
  }

  #beat(): void {
    if (this.#asked) {
      this.#dead();
      return;
    }
    const quiet = this.#clock.now() - this.#heard;
    this.#asked = quiet >= this.#interval;
    this.#cancel = this.#clock.after(this.#interval - (this.#asked ? 0 : quiet), () =>
      this.#beat(),
    );
    if (this.#asked || this.#owes()) this.#ask();
  }
}
