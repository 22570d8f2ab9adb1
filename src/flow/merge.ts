import { Queue } from "../core/queue.ts";
import type { Link } from "../core/queue.ts";
import { Outlet } from "./parts/outlet.ts";
import { Source } from "./parts/source.ts";
import type { AnyIterable, Sink } from "./parts/source.ts";

/**
 * Merges several sources into one: the items of all, in the order in which they come.
 *
 * A source is asked for its next item when more is wanted after its last one was taken, hence each has one ready at
 * most. It ends when all of them have; the first that fails ends it, after the items that came before. What the sources
 * return is dropped.
 *
 * Waits for the sources. Cancels with `return()` and `throw()`; with a signal, as
 * `abortable(merge(...sources), { signal })`.
 *
 * @param sources Any iterables, async or not. They are opened with the first request, and closed, each once, on every way
 *   out.
 * @returns The items.
 * @throws What a source throws; an `AggregateError` when closing the others fails as well. `TypeError` at the call if one
 *   is not iterable.
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
export function merge<S extends readonly AnyIterable<unknown>[]>(
  ...sources: S
): AsyncGenerator<ItemOf<S[number]>, void, void> {
  return new Confluence(sources as readonly AnyIterable<ItemOf<S[number]>>[]);
}

/** What an iterable gives. */
export type ItemOf<S> = S extends AsyncIterable<infer T> | Iterable<infer T> ? T : never;

/** Several sources for one consumer. */
class Confluence<T> extends Outlet<T> {
  readonly #inlets: readonly Inlet<T>[];
  /** Those whose last item has been taken: with the next request, each is asked for another. */
  #free: Inlet<T>[];
  /** Those whose items are kept, in the order of these. */
  readonly #ready = new Queue<Inlet<T>>();
  #open: number;

  constructor(sources: readonly AnyIterable<T>[]) {
    super();
    this.#inlets = sources.map((source) => new Inlet(source, this));
    this.#free = [...this.#inlets];
    this.#open = sources.length;
    if (this.#open === 0) this.end();
  }

  demand(): void {
    const free = this.#free;
    this.#free = [];
    while (this.#ready.length > this.kept) {
      const taken = this.#ready.head!;
      this.#ready.remove(taken);
      this.#free.push(taken);
    }
    for (const inlet of free) inlet.ask();
  }

  take(item: T, from: Inlet<T>): void {
    const taken = this.hungry;
    this.item(item);
    if (!taken) this.#ready.push(from);
    else if (this.hungry) from.ask();
    else this.#free.push(from);
  }

  /** One source has ended. */
  over(): void {
    if (--this.#open === 0) this.end();
  }

  close(told: (error: unknown) => void): Promise<unknown> {
    return Promise.all(this.#inlets.map(({ source }) => source.close(told)));
  }
}

class Inlet<T> implements Sink<T, unknown>, Link<Inlet<T>> {
  next: Inlet<T> | undefined;
  previous: Inlet<T> | undefined;
  readonly source: Source<T>;
  readonly #confluence: Confluence<T>;
  /** Whether more has been wanted since its last item was taken. */
  #due = false;

  constructor(source: AnyIterable<T>, confluence: Confluence<T>) {
    this.source = new Source(source, this);
    this.#confluence = confluence;
  }

  ask(): void {
    this.#due = true;
    this.source.pump();
  }

  wants(): boolean {
    return this.#due;
  }

  item(item: T): void {
    this.#due = false;
    this.#confluence.take(item, this);
  }

  end(): void {
    this.#confluence.over();
  }

  fail(error: unknown): void {
    this.#confluence.fail(error);
  }
}
