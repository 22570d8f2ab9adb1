import type { AbortSignal } from "../core/platform.ts";
import { after } from "./parts/event-loop.ts";
import { outOfRange } from "./parts/misuse.ts";
import { Pipe } from "./parts/pipe.ts";
import type { AnyIterable } from "./parts/source.ts";

/** Options of {@link abortable}. */
export interface AbortableOptions {
  /** When it aborts, the source is left at once, and the iteration ends with its reason. */
  signal?: AbortSignal | undefined;
  /**
   * For how many milliseconds a request may wait for an item, more than 0; for ever by default. The timer keeps a program
   * alive as long as a request waits.
   */
  idle?: number | undefined;
}

/**
 * Passes items on until `signal` aborts, or until a request has waited `idle` milliseconds for an item: a stream that
 * stalls. It then leaves its source at once, even if that is quiet, and never waits for it.
 *
 * In a body, `abortable(inner, { signal: server.signal })` lets a client that leaves reach through to the inner source.
 *
 * Waits for the source. Cancels with `signal`, `idle`, `return()` and `throw()`.
 *
 * @param source Any iterable, async or not. It is opened with the first request, and closed once, on every way out.
 * @returns The items, and in the end what the source returned.
 * @throws What the source throws; the reason of `signal`; a `DOMException` named `TimeoutError` after `idle` milliseconds.
 *   At the call: `RangeError` if `idle` is invalid, `TypeError` if `source` is not iterable.
 *
 * @example
 * ```ts
 * import { abortable } from "coroutine-channels";
 *
 * async function* stalling() {
 *   yield "token";
 *   await new Promise(() => {}); // never comes
 * }
 *
 * try {
 *   for await (const token of abortable(stalling(), { idle: 10 })) console.log(token);
 * } catch (error) {
 *   console.log((error as Error).name);
 * }
 * // => token
 * // => TimeoutError
 * ```
 */
export function abortable<T, R>(
  source: AnyIterable<T, R>,
  { signal, idle = Infinity }: AbortableOptions = {},
): AsyncGenerator<T, R, void> {
  if (!(idle > 0)) {
    throw outOfRange("idle is a number of milliseconds above 0", idle);
  }
  return new Abortable(source, idle).endOn(signal);
}

/** The longest time that a timer can measure: 24 days. */
const longest = 2 ** 31 - 1;

class Abortable<T, R> extends Pipe<T, R> {
  readonly #idle: number;
  /** Stops the timer of the request that waits. */
  #stop: (() => void) | undefined;

  constructor(source: AnyIterable<T, R>, idle: number) {
    super(source);
    this.#idle = idle;
  }

  override demand(): void {
    if (!this.hungry || this.#stop === undefined) this.#watch();
    super.demand();
  }

  /** With each item the time begins anew. */
  override item(item: T): void {
    super.item(item);
    this.#watch();
  }

  override close(told: (error: unknown) => void): Promise<unknown> | undefined {
    this.#watch();
    return super.close(told);
  }

  #watch(): void {
    this.#stop?.();
    this.#stop =
      this.hungry && !this.ended && this.#idle <= longest
        ? after(this.#idle, () => this.cut(timeout(this.#idle)))
        : undefined;
  }
}

declare const DOMException: new (message: string, name: string) => Error;

function timeout(idle: number): Error {
  return new DOMException(`No item has come for ${idle} ms`, "TimeoutError");
}
