import type { Clock } from "./clock.ts";
import type { Link } from "./link.ts";
import type { Wire } from "./wire.ts";

/** Makes a link to the other side. */
export type Dial = () => Link | PromiseLike<Link>;

/** The pause before the second attempt, which doubles with each further one, and the longest, in milliseconds. */
const firstPause = 250;
const longestPause = 5000;

/** Brings a wire a link, and another whenever that dies: at once, then in ever longer intervals. */
export class Dialler {
  readonly #wire: Wire;
  readonly #dial: Dial;
  readonly #auth: (() => unknown) | undefined;
  readonly #clock: Clock;
  /** How many attempts have failed since a link was of use. */
  #failed = 0;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(wire: Wire, dial: Dial, auth: (() => unknown) | undefined, clock: Clock) {
    this.#wire = wire;
    this.#dial = dial;
    this.#auth = auth;
    this.#clock = clock;
  }

  async dial(): Promise<void> {
    try {
      const auth = await this.#auth?.();
      if (this.#stopped) return;
      this.#wire.attach(await this.#dial(), auth);
    } catch (error) {
      this.again(error, false);
    }
  }

  /** There is no link, or no more. `served` tells whether there was one that was of use. */
  again(cause: unknown, served: boolean): void {
    if (this.#stopped) return;
    if (served) this.#failed = 0;
    this.#wire.failed(cause);
    const attempts = this.#failed++;
    const longest = Math.min(firstPause * 2 ** (attempts - 1), longestPause);
    const pause = attempts === 0 ? 0 : longest * (0.5 + this.#clock.random() / 2);
    this.#cancel = this.#clock.after(pause, () => void this.dial());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }
}
