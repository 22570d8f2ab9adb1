import { feed } from "./feed.ts";
import { Flow } from "./flow.ts";
import { Source } from "./source.ts";
import { now, turn } from "./turn.ts";

/** Options of {@link cooperative}. */
export interface CooperativeOptions {
  /** For how many milliseconds items may pass before timers and I/O get their turn: 0 or more; 8 by default. */
  budget?: number | undefined;
}

/**
 * Passes items through, and lets timers and I/O run now and then.
 *
 * A loop over items that are always ready never gives the event loop a turn, since it is only ever resumed by promises:
 * no timer fires, no request is answered, no page is painted as long as it runs. With this in between, the loop is
 * interrupted for a turn of the event loop whenever it has run for `budget` milliseconds. A single item that takes
 * longer is not interrupted.
 *
 * Waits for the source, and for that turn. `return()` cancels the waiting.
 *
 * @param source Any async iterable. It is opened with the first request, and closed once, on every way out.
 * @returns The items, and in the end what the source returned.
 * @throws What the source throws. At once: `RangeError` for a budget that is none, `TypeError` for what is not async
 *   iterable.
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
  source: AsyncIterable<T, R>,
  { budget = 8 }: CooperativeOptions = {},
): AsyncGenerator<T, R, void> {
  if (!(budget >= 0)) {
    throw new RangeError(
      `Could not be cooperative with a budget of milliseconds: ${String(budget)}`,
    );
  }
  const input = new Source(source);
  return new Flow([input], (server) => feed(input, server, breaks(budget, now, turn)));
}

/** Gives a turn of the event loop to wait for when the last one is `budget` ago. */
export function breaks(
  budget: number,
  clock: () => number,
  nextTurn: () => Promise<void>,
): () => Promise<void> | undefined {
  let last = clock();
  return () =>
    clock() - last < budget
      ? undefined
      : nextTurn().then(() => {
          last = clock();
        });
}
