import type { AbortSignal } from "../core/platform.ts";
import { Inbox } from "./parts/inbox.ts";
import type { PushOverflow } from "./parts/inbox.ts";

/** What is kept of what is pushed, and until when. */
export interface CallbacksOptions<T> {
  /** Ends the iteration when it aborts, with its reason, after the items that came before. */
  signal?: AbortSignal | undefined;
  /** How many items are kept while nobody asks: a positive integer, 1024 by default, or `Infinity` for no bound at all. */
  capacity?: number | undefined;
  /**
   * What happens when there is one more: `"fail"`, by default, ends the iteration with a `ChannelOverflow` after the items
   * kept; `"drop-oldest"` and `"drop-newest"` drop one.
   */
  overflow?: PushOverflow | undefined;
  /** Is handed each item that the consumer will not get, once, as in {@link buffer}. What it throws ends the iteration. */
  onDrop?: ((item: T) => void) | undefined;
}

/** What a subscription calls. Each may be detached, and after the end none does anything. */
export interface Pushing<T> {
  /** Hands over an item, or keeps it. Does not wait, and never throws. */
  readonly push: (this: void, item: T) => void;
  /** Ends the iteration, after the items that came before. */
  readonly end: (this: void) => void;
  /** Ends the iteration with an error, after the items that came before. */
  readonly fail: (this: void, error: unknown) => void;
}

/**
 * Sets something to work that pushes, and returns what undoes that, if anything has to be undone. It is no async function:
 * what it starts goes on after it has returned.
 */
export type Subscribe<T> = (pushing: Pushing<T>) => (() => unknown) | void;

/**
 * Iterates over what callbacks bring: for everything that pushes and cannot be made to wait.
 *
 * `subscribe` runs when the first item is asked for, in a turn of its own, and not before. What it returns is called at
 * once when the iteration ends, in whatever way; if that is while `subscribe` runs, when it has returned. Items that come
 * while nobody asks are kept, at most `capacity` of them, 1024 by default. One item more ends the iteration with a
 * `ChannelOverflow`, after the items kept, unless `overflow` says which items to drop.
 *
 * Waits for the next item. Cancels with `signal`, `return()` and `throw()`.
 *
 * @typeParam T The type of the items: write `callbacks<T>(...)`.
 * @param subscribe Gets `{ push, end, fail }`; returns a function that undoes what it has done.
 * @throws What was passed to `fail`; what `subscribe`, its undoing or `onDrop` throws; `ChannelOverflow`; the reason of
 *   `signal`. At the call: `RangeError` if the capacity is invalid, `TypeError` for an unknown policy, or if `subscribe` is
 *   no function.
 *
 * @example
 * ```ts
 * import { callbacks } from "coroutine-channels";
 *
 * const ticks = callbacks<number>(({ push }) => {
 *   let count = 0;
 *   const timer = setInterval(() => push(++count), 1);
 *   return () => clearInterval(timer);
 * });
 * for await (const tick of ticks) {
 *   console.log(tick);
 *   if (tick === 3) break; // stops the timer
 * }
 * // => 1
 * // => 2
 * // => 3
 * ```
 */
export function callbacks<T>(
  subscribe: Subscribe<T>,
  options: CallbacksOptions<T> = {},
): AsyncGenerator<T, void, void> {
  if (typeof subscribe !== "function") {
    throw new TypeError(notSubscribed);
  }
  return new Callbacks(subscribe, options).endOn(options.signal);
}

class Callbacks<T> extends Inbox<T> {
  #subscribe: Subscribe<T> | undefined;

  constructor(subscribe: Subscribe<T>, options: CallbacksOptions<T>) {
    super(options);
    this.#subscribe = subscribe;
  }

  override demand(): void {
    const subscribe = this.#subscribe;
    if (subscribe === undefined) return;
    this.#subscribe = undefined;
    void Promise.resolve().then(() => this.open(() => undoOf(subscribe(this.#pushing()))));
  }

  #pushing(): Pushing<T> {
    return {
      push: (item) => this.push(item),
      end: () => this.end(),
      fail: (error) => this.fail(error),
    };
  }
}

const notSubscribed = "callbacks() takes a function that is not async, and returns what undoes it";

/** @throws `TypeError` for what is no function, unless it is nothing. */
function undoOf(undo: unknown): (() => unknown) | undefined {
  if (undo === undefined || typeof undo === "function") return undo as () => unknown;
  // Whatever an async function fails with, it has been told what is wrong already.
  void Promise.resolve(undo).catch(() => {});
  throw new TypeError(notSubscribed);
}
