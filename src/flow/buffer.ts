import type { AbortSignal } from "../core/platform.ts";
import { Backlog } from "./parts/backlog.ts";
import { Pipe } from "./parts/pipe.ts";
import type { AnyIterable } from "./parts/source.ts";

/** What happens when the buffer is full: its source waits, or the oldest or the newest item is dropped. */
export type Overflow = "wait" | "drop-oldest" | "drop-newest";

/** How much is kept for a consumer that is slower than what it consumes. */
export interface BufferOptions<T> {
  /** How many items, at most: a positive integer, or `Infinity` for no bound at all. */
  capacity: number;
  /** What happens when there is one more; `"wait"` by default. Endings and errors are never dropped. */
  overflow?: Overflow | undefined;
  /**
   * Is handed each item that the consumer will not get, once: those dropped, those left when it leaves, and those on their
   * way when it ends. What it throws ends the iteration.
   */
  onDrop?: ((item: T) => void) | undefined;
  /** When it aborts, the source is left at once. The items kept are given, then its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Lets a source run ahead of its consumer, by at most `capacity` items: for a source that delivers in bursts, or for a
 * consumer that is at times slower than a source that must not wait.
 *
 * With `overflow: "wait"`, the source waits when the buffer is full. With `"drop-oldest"` and `"drop-newest"` it never
 * waits, and items are dropped instead: `capacity: 1` with `"drop-oldest"` keeps the latest value, and nothing else. A
 * source that never waits for anything but its consumer then does not stop: see {@link cooperative}. What the consumer
 * has asked for is handed over in the turn in which it comes, and never counts as buffered.
 *
 * It starts with the first request. How the source ends, and the error that it ends with, come after the items kept.
 *
 * Waits when the buffer is empty. `return()` and `throw()` cancel the waiting, and drop what is kept; so does `signal`,
 * which keeps it.
 *
 * @param source Any iterable, async or not. It is closed once, on every way out.
 * @returns The items, and in the end what the source returned.
 * @throws What the source or `onDrop` throws; the reason of `signal`. At the call: `RangeError` if the capacity is invalid,
 *   `TypeError` for an unknown policy, or if `source` is not iterable.
 *
 * @example
 * ```ts
 * import { buffer, produce } from "coroutine-channels";
 *
 * const letters = produce<string>(async (server) => {
 *   for (const letter of "ABCD") {
 *     console.log("sends", letter);
 *     await server.send(letter);
 *   }
 * });
 * const ahead = buffer(letters, { capacity: 2 });
 * console.log("got", (await ahead.next()).value);
 * await new Promise((resolve) => setTimeout(resolve));
 * console.log("has been busy");
 * // => sends A
 * // => got A
 * // => sends B
 * // => sends C
 * // => has been busy
 * await ahead.return();
 * ```
 */
export function buffer<T, R>(
  source: AnyIterable<T, R>,
  options: BufferOptions<T>,
): AsyncGenerator<T, R, void> {
  const { capacity, overflow, onDrop, signal } = options ?? {};
  return new Pipe(source, new Backlog({ capacity, overflow, onDrop })).endOn(signal);
}
