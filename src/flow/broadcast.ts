import type { AbortSignal } from "../core/platform.ts";
import type { BufferOptions } from "./buffer.ts";
import { Backlog } from "./parts/backlog.ts";
import { Hub, Tap } from "./parts/hub.ts";
import { outOfRange } from "./parts/misuse.ts";
import type { AnyIterable } from "./parts/source.ts";

/** Options of {@link broadcast}. */
export interface BroadcastOptions {
  /** How many of the last items a consumer that joins gets first: an integer, 0 by default, or `Infinity` for all. */
  replay?: number | undefined;
  /** When it aborts, the source is left at once. Each consumer is given what is kept for it, then the reason. */
  signal?: AbortSignal | undefined;
}

/** Options of a consumer: those of {@link buffer}, all of which may be left out. */
export type SubscribeOptions<T> = {
  [Name in keyof BufferOptions<T>]?: BufferOptions<T>[Name] | undefined;
};

/** Hands every item to every consumer: each iteration of it is a new one. */
export interface Broadcast<T> {
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void>;

  /**
   * Adds a consumer, which gets every item from now on, even before it asks for its first.
   *
   * @param options With a `capacity`, it has a buffer of its own, so that it does not slow the others down, as in
   *   {@link buffer}. Without, the others wait for it. `signal` ends this consumer only.
   * @throws `RangeError` if the capacity is invalid, `TypeError` for an unknown policy.
   */
  subscribe(options?: SubscribeOptions<T>): AsyncGenerator<T, void, void>;
}

/**
 * Hands every item of one source to several consumers, each of which gets all of them from when it joined, and, with
 * `replay`, the last ones before that.
 *
 * The source is asked for an item when all the consumers present have asked for one: the slowest sets the pace, and
 * nothing is buffered, unless it has joined with a buffer of its own. Each consumer is told how the source ends, and the
 * error that it ends with; so are those that join after the end. The source is closed when the last consumer leaves; a
 * consumer that joins after that finds it ended.
 *
 * @param source Any iterable, async or not. It is opened with the first request, and closed once, on every way out.
 * @throws `TypeError` if `source` is not iterable, `RangeError` if `replay` is invalid.
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
export function broadcast<T>(
  source: AnyIterable<T>,
  { replay = 0, signal }: BroadcastOptions = {},
): Broadcast<T> {
  if (replay !== Infinity && !(replay >= 0 && Number.isInteger(replay))) {
    throw outOfRange("replay is an integer from 0, or Infinity", replay);
  }
  return new BroadcastHub(source, replay).endOn(signal);
}

class BroadcastHub<T> extends Hub<T> {
  /** The last items, for consumers that join later. */
  readonly #recent: Backlog<T> | undefined;
  /** Those for whom the others wait. */
  readonly #slow = new Set<Tap<T>>();
  #asked = false;

  constructor(source: AnyIterable<T>, replay: number) {
    super(source);
    if (replay > 0) this.#recent = new Backlog({ capacity: replay, overflow: "drop-oldest" });
  }

  override subscribe(options: SubscribeOptions<T> = {}): Tap<T> {
    const { capacity, ...others } = options;
    const kept = new Backlog(capacity === undefined ? others : options);
    for (const item of this.#recent?.all() ?? []) kept.keep(item);
    const tap: Tap<T> = new Tap(this, kept);
    this.join(tap);
    this.#pace(tap);
    return tap.endOn(options.signal);
  }

  demand(tap: Tap<T>): void {
    this.#asked = true;
    this.#pace(tap);
    this.pump();
  }

  override leave(tap: Tap<T>, told: (error: unknown) => void): Promise<unknown> | undefined {
    this.#slow.delete(tap);
    return super.leave(tap, told);
  }

  wants(): boolean {
    return this.#asked && this.#slow.size === 0;
  }

  protected deliver(item: T): void {
    this.#recent?.push(item);
    // Some may join or leave meanwhile, as their onDrop is called.
    for (const tap of [...this.present]) {
      if (!this.present.has(tap)) continue;
      tap.item(item);
      this.#pace(tap);
    }
  }

  #pace(tap: Tap<T>): void {
    if (this.present.has(tap) && !tap.accepts) this.#slow.add(tap);
    else this.#slow.delete(tap);
  }
}
