import type { AbortSignal } from "../core/platform.ts";
import { now, turn } from "./parts/event-loop.ts";
import { outOfRange } from "./parts/misuse.ts";
import { Pipe } from "./parts/pipe.ts";
import type { AnyIterable } from "./parts/source.ts";

/** Options of {@link cooperative}. */
export interface CooperativeOptions {
  /** For how many milliseconds items may pass before timers and I/O get their turn: 0 or more; 8 by default. */
  budget?: number | undefined;
  /** When it aborts, the source is left at once, and the iteration ends with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Passes items through, and lets timers and I/O run now and then.
 *
 * A loop over items that are always ready never gives the event loop a turn, since it is only ever resumed by promises:
 * no timer fires, no request is answered, no page is painted as long as it runs. With this in between, the loop is
 * interrupted for a turn of the event loop whenever it has run for `budget` milliseconds. A single item that takes
 * longer is not interrupted.
 *
 * Waits for the source, and for that turn. Cancels with `signal`, `return()` and `throw()`.
 *
 * @param source Any iterable, async or not. It is opened with the first request, and closed once, on every way out.
 * @returns The items, and in the end what the source returned.
 * @throws What the source throws; the reason of `signal`. At the call: `RangeError` if the budget is invalid, `TypeError` if
 *   `source` is not iterable.
 *
 * @example
 * ```ts
 * import { cooperative } from "coroutine-channels";
 *
 * async function* numbers() {
 *   for (let i = 0; ; i++) yield i;
 * }
 *
 * let stop = false;
 * setTimeout(() => (stop = true), 1); // would never come to pass in a loop over numbers()
 * for await (const i of cooperative(numbers())) if (stop) break;
 * console.log("stopped"); // => stopped
 * ```
 */
export function cooperative<T, R>(
  source: AnyIterable<T, R>,
  { budget = 8, signal }: CooperativeOptions = {},
): AsyncGenerator<T, R, void> {
  if (!(budget >= 0)) {
    throw outOfRange("budget is a number of milliseconds from 0", budget);
  }
  return new Pausing(source, budget).endOn(signal);
}

class Pausing<T, R> extends Pipe<T, R> {
  readonly #budget: number;
  /** When the last turn was taken. */
  #since: number | undefined;
  #pausing = false;

  constructor(source: AnyIterable<T, R>, budget: number) {
    super(source);
    this.#budget = budget;
  }

  override wants(): boolean {
    if (this.#pausing || !super.wants()) return false;
    if (this.#since === undefined) this.#since = now();
    else if (now() - this.#since >= this.#budget) return this.#pause();
    return true;
  }

  #pause(): false {
    this.#pausing = true;
    void turn().then(() => {
      this.#pausing = false;
      this.#since = undefined;
      this.demand();
    });
    return false;
  }
}
