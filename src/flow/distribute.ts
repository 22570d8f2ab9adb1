import type { AbortSignal } from "../core/platform.ts";
import { Hub, Tap } from "./parts/hub.ts";
import type { AnyIterable } from "./parts/source.ts";

/** Options of {@link distribute}, and of one of its consumers. */
export interface DistributeOptions {
  /** When it aborts, the source is left at once, or, for one consumer, that consumer leaves. Each is told the reason. */
  signal?: AbortSignal | undefined;
}

/** Deals items out among consumers: each iteration of it is a new one. */
export interface Distribution<T> {
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void>;

  /**
   * Adds a consumer.
   *
   * @param options `signal` ends this consumer only.
   */
  subscribe(options?: DistributeOptions): AsyncGenerator<T, void, void>;
}

/**
 * Deals the items of one source out among several consumers: each item goes to one of them, to the one that has waited
 * longest.
 *
 * The source is asked for one item at a time, when a consumer has asked for one. An item whose consumer leaves before
 * it comes goes to another. Each consumer is told how the source ends, and the error that it ends with; so are those that
 * join after the end. The source is closed when the last consumer leaves; a consumer that joins after that finds it ended.
 *
 * @param source Any iterable, async or not. It is opened with the first request, and closed once, on every way out.
 * @throws `TypeError` if `source` is not iterable.
 *
 * @example Two workers, one queue of jobs
 * ```ts
 * import { distribute, produce } from "coroutine-channels";
 *
 * const jobs = distribute(
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
export function distribute<T>(
  source: AnyIterable<T>,
  { signal }: DistributeOptions = {},
): Distribution<T> {
  return new DistributionHub(source).endOn(signal);
}

class DistributionHub<T> extends Hub<T> {
  /** Those who wait for an item, in order. */
  readonly #hungry = new Set<Tap<T>>();
  /** Items that came when those who had asked for them did not wait any more. */
  #unclaimed: T[] = [];
  /** Whether an item has been asked for and not come, even if nobody waits for it any more. */
  #due = false;

  override subscribe({ signal }: DistributeOptions = {}): Tap<T> {
    const tap: Tap<T> = new Tap(this);
    this.join(tap);
    return tap.endOn(signal);
  }

  demand(tap: Tap<T>): void {
    if (tap.hungry) {
      this.#hungry.add(tap);
      this.#due = true;
    } else this.#hungry.delete(tap);
    for (const item of this.#unclaimed.splice(0)) this.deliver(item);
    this.pump();
  }

  override leave(tap: Tap<T>, told: (error: unknown) => void): Promise<unknown> | undefined {
    this.#hungry.delete(tap);
    this.#due = false;
    return super.leave(tap, told);
  }

  wants(): boolean {
    return this.#due || this.#hungry.size > 0;
  }

  protected deliver(item: T): void {
    const [first] = this.#hungry;
    this.#due = false;
    if (first === undefined) this.#unclaimed.push(item);
    else {
      this.#hungry.delete(first);
      first.item(item);
      if (first.hungry) this.#hungry.add(first);
    }
  }

  /** The signal has aborted: what is unclaimed is given to somebody before. */
  protected override ending(): void {
    const [first] = this.present;
    for (const item of this.#unclaimed.splice(0)) first?.item(item);
  }
}
