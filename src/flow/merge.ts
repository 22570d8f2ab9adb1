import { feed } from "./feed.ts";
import { Flow } from "./flow.ts";
import { Source } from "./source.ts";

/**
 * Merges several sources into one: the items of all, in the order in which they come.
 *
 * A source is asked for its next item when more is wanted after its last one was taken, hence each has one ready at
 * most. It ends when all of them have; the first that fails ends it, after the items that came before. What the sources
 * return is dropped.
 *
 * Waits for the sources. `return()` cancels the waiting.
 *
 * @param sources Any async iterables. They are opened with the first request, and closed, each once, on every way out.
 * @returns The items.
 * @throws What a source throws; an `AggregateError` when closing the others fails as well. `TypeError` at once for what
 *   is not async iterable.
 *
 * @example
 * ```ts
 * import { merge, produce } from "coroutine-channels";
 *
 * const letters = produce<string>(async (server) => {
 *   await server.send("a");
 *   await server.send("b");
 * });
 * const numbers = produce<number>(async (server) => {
 *   await server.send(1);
 *   await server.send(2);
 * });
 * for await (const item of merge(letters, numbers)) console.log(item);
 * // => a
 * // => 1
 * // => b
 * // => 2
 * ```
 */
export function merge<S extends readonly AsyncIterable<unknown>[]>(
  ...sources: S
): AsyncGenerator<ItemOf<S[number]>, void, void> {
  const opened = sources.map(
    (source) => new Source(source as AsyncIterable<ItemOf<S[number]>, void>),
  );
  const flow: Flow<ItemOf<S[number]>, void> = new Flow(
    opened,
    // One server end for all of them: their sends form one queue.
    async (server) => {
      const feeding = opened.map((source) =>
        feed(source, server).catch((error: unknown) => {
          flow.fail(error);
          throw error;
        }),
      );
      await Promise.all(feeding).catch(() => {});
    },
    sources.length,
  );
  return flow;
}

/** What an async iterable gives. */
export type ItemOf<S> = S extends AsyncIterable<infer T> ? T : never;
