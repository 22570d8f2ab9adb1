import { Backlog } from "./backlog.ts";
import type { BufferOptions } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import { Source } from "./source.ts";
import { Subscribers } from "./subscribers.ts";

/** Hands every item to every consumer: each iteration of it is a new one. */
export interface Broadcast<T> {
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void>;

  /**
   * Adds a consumer, which gets every item from now on, even before it asks for its first.
   *
   * @param options A buffer of its own, so that it does not slow the others down, as in {@link buffer}. Without it, the
   *   others wait for it.
   * @throws `RangeError` for a capacity that is none, `TypeError` for an unknown policy.
   */
  subscribe(options?: BufferOptions<T>): AsyncGenerator<T, void, void>;
}

/**
 * Hands every item of one source to several consumers, each of which gets all of them from when it joined.
 *
 * The source is asked for an item when all the consumers present have asked for one: the slowest sets the pace, and
 * nothing is buffered, unless it has joined with a buffer of its own. Each consumer is told how the source ends, and the
 * error that it ends with. The source is closed when the last consumer leaves; who joins after that finds it ended.
 *
 * @param source Any async iterable. It is opened with the first request, and closed once, on every way out.
 * @throws `TypeError` for what is not async iterable.
 *
 * @example
 * ```ts
 * import { broadcast, produce } from "coroutine-channels";
 *
 * const letters = broadcast(
 *   produce<string>(async (server) => {
 *     await server.send("A");
 *     await server.send("B");
 *   }),
 * );
 *
 * async function show(name: string, items: AsyncIterable<string>) {
 *   for await (const item of items) console.log(name, item);
 * }
 *
 * await Promise.all([show("one:", letters.subscribe()), show("two:", letters.subscribe())]);
 * // => one: A
 * // => two: A
 * // => one: B
 * // => two: B
 * ```
 */
export function broadcast<T>(source: AsyncIterable<T>): Broadcast<T> {
  /** Those for whom the others wait. */
  const slow = new Set<Outlet<T>>();
  let asked = false;
  const subscribers: Subscribers<T> = new Subscribers(
    new Source(source),
    () => asked && slow.size === 0,
    (item) => {
      for (const outlet of subscribers.present) {
        outlet.push(item);
        pacedBy(outlet);
      }
    },
    () => slow.clear(),
  );

  function pacedBy(outlet: Outlet<T>): void {
    if (!outlet.accepts && subscribers.present.has(outlet)) slow.add(outlet);
  }

  function subscribe(options?: BufferOptions<T>): AsyncGenerator<T, void, void> {
    const outlet: Outlet<T> = new Outlet(
      {
        close(fail) {
          slow.delete(outlet);
          return subscribers.leave(outlet, fail);
        },
      },
      new Backlog(options),
      () => {
        asked = true;
        if (outlet.accepts) slow.delete(outlet);
        subscribers.advance();
      },
    );
    subscribers.join(outlet);
    pacedBy(outlet);
    return outlet.flow;
  }

  return { subscribe, [Symbol.asyncIterator]: () => subscribe() };
}
