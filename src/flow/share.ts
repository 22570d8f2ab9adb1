import { Queue } from "../core/queue.ts";
import type { Link } from "../core/queue.ts";
import { Backlog } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import { Source } from "./source.ts";
import { Subscribers } from "./subscribers.ts";

/** A consumer's place among those who wait. */
interface Place<T> extends Link<Place<T>> {
  readonly outlet: Outlet<T>;
}

/** Deals items out among consumers: each iteration of it is a new one. */
export interface Share<T> {
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void>;

  /** Adds a consumer. */
  subscribe(): AsyncGenerator<T, void, void>;
}

/**
 * Deals the items of one source out among several consumers: each item goes to one of them, to the one that has waited
 * longest.
 *
 * The source is asked for one item at a time, when a consumer has asked for one. An item whose consumer leaves before
 * it comes goes to another. Each consumer is told how the source ends, and the error that it ends with. The source is
 * closed when the last consumer leaves; who joins after that finds it ended.
 *
 * @param source Any async iterable. It is opened with the first request, and closed once, on every way out.
 * @throws `TypeError` for what is not async iterable.
 *
 * @example Two workers, one queue of jobs
 * ```ts
 * import { produce, share } from "coroutine-channels";
 *
 * const jobs = share(
 *   produce<string>(async (server) => {
 *     for (const job of ["wash", "dry", "fold"]) await server.send(job);
 *   }),
 * );
 *
 * async function work(name: string, mine: AsyncIterable<string>) {
 *   for await (const job of mine) console.log(name, job);
 * }
 *
 * await Promise.all([work("Ann:", jobs.subscribe()), work("Bob:", jobs.subscribe())]);
 * // => Ann: wash
 * // => Bob: dry
 * // => Ann: fold
 * ```
 */
export function share<T>(source: AsyncIterable<T>): Share<T> {
  /** Who waits for an item, in order. */
  const hungry = new Queue<Place<T>>();
  /** Items that those who had asked for them did not wait for. */
  const left: T[] = [];

  function deliver(item: T): void {
    const first = hungry.head;
    if (first === undefined) left.push(item);
    else {
      hungry.remove(first);
      first.outlet.push(item);
    }
  }

  const subscribers: Subscribers<T> = new Subscribers(
    new Source(source),
    () => hungry.length > 0,
    deliver,
    () => {
      hungry.drain();
      // Who is still there gets what is left, before the end.
      const [outlet] = subscribers.present;
      for (const item of left.splice(0)) outlet?.push(item);
    },
  );

  function subscribe(): AsyncGenerator<T, void, void> {
    const outlet: Outlet<T> = new Outlet(
      {
        close(fail) {
          if (outlet.hungry) hungry.remove(place);
          return subscribers.leave(outlet, fail);
        },
      },
      new Backlog<T>({ capacity: 1, onDrop: (item) => subscribers.deliver(item) }),
      () => {
        if (!outlet.hungry) return;
        hungry.push(place);
        if (left.length > 0) deliver(left.shift() as T);
        else subscribers.advance();
      },
    );
    const place: Place<T> = { outlet, next: undefined, previous: undefined };
    subscribers.join(outlet);
    return outlet.flow;
  }

  return { subscribe, [Symbol.asyncIterator]: subscribe };
}
