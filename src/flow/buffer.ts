import { Backlog } from "./backlog.ts";
import type { BufferOptions } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import { Source } from "./source.ts";

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
 * Waits when the buffer is empty. `return()` cancels the waiting, and drops what is kept.
 *
 * @param source Any async iterable. It is closed once, on every way out.
 * @returns The items, and in the end what the source returned.
 * @throws What the source or `onDrop` throws. At once: `RangeError` for a capacity that is none, `TypeError` for an
 *   unknown policy or for what is not async iterable.
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
  source: AsyncIterable<T, R>,
  options: BufferOptions<T>,
): AsyncGenerator<T, R, void> {
  const input = new Source(source);
  let running = false;
  const outlet = new Outlet<T, R>(input, new Backlog(options), () => {
    if (!running) void run();
  });

  async function run(): Promise<void> {
    running = true;
    try {
      while (outlet.accepts) {
        const { value, done } = await input.next();
        if (done) outlet.end(value);
        else outlet.push(value);
        if (done) return;
      }
      running = false;
    } catch (error) {
      outlet.fail(error);
    }
  }

  return outlet.flow;
}
