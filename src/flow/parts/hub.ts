import { onAbort } from "../../core/abort.ts";
import type { AbortSignal } from "../../core/platform.ts";
import type { Backlog } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import { Source } from "./source.ts";
import type { AnyIterable, Sink } from "./source.ts";

/** A consumer of a hub. */
export class Tap<T> extends Outlet<T> {
  readonly #hub: Hub<T>;

  constructor(hub: Hub<T>, kept?: Backlog<T>) {
    super(kept);
    this.#hub = hub;
  }

  demand(): void {
    this.#hub.demand(this);
  }

  close(told: (error: unknown) => void): Promise<unknown> | undefined {
    return this.#hub.leave(this, told);
  }
}

/** One source for several consumers, closed when the last of them leaves. */
export abstract class Hub<T> implements Sink<T, unknown> {
  /** Those who have joined, and have not left. */
  readonly present: Set<Tap<T>> = new Set();
  readonly #source: Source<T>;
  /** How it has ended, for consumers that join later, too. */
  #ended: ((tap: Tap<T>) => void) | undefined;
  /** Stops listening to the signal. */
  #release: (() => void) | undefined;

  constructor(iterable: AnyIterable<T>) {
    this.#source = new Source(iterable, this);
  }

  abstract subscribe(options?: object): Tap<T>;

  [Symbol.asyncIterator](): Tap<T> {
    return this.subscribe();
  }

  abstract demand(tap: Tap<T>): void;
  abstract wants(): boolean;
  /** Hands an item to those who are present. */
  protected abstract deliver(item: T): void;
  /** Nothing more will come: those present are about to be told. */
  protected ending?(): void;

  /** Ends for all with the reason of a signal when that aborts. */
  endOn(signal: AbortSignal | undefined): this {
    if (signal === undefined) return this;
    const cut = (): void => {
      this.#end((tap) => tap.cut(signal.reason));
      void this.#source.close(() => {});
    };
    if (signal.aborted) cut();
    else this.#release = onAbort(signal, cut);
    return this;
  }

  protected join(tap: Tap<T>): void {
    if (this.#ended === undefined) this.present.add(tap);
    else this.#ended(tap);
  }

  /** Asks the source for items as long as they are wanted. */
  protected pump(): void {
    this.#source.pump();
  }

  leave(tap: Tap<T>, told: (error: unknown) => void): Promise<unknown> | undefined {
    if (!this.present.delete(tap)) return undefined;
    if (this.present.size > 0) {
      // The others may have waited for this one.
      this.pump();
      return undefined;
    }
    this.#end((late) => late.end());
    return this.#source.close(told);
  }

  item(item: T): void {
    if (this.#ended === undefined) this.deliver(item);
  }

  end(): void {
    this.#end((tap) => tap.end());
  }

  fail(error: unknown): void {
    this.#end((tap) => tap.fail(error));
  }

  #end(how: (tap: Tap<T>) => void): void {
    this.#ended = how;
    this.#release?.();
    this.ending?.();
    const present = [...this.present];
    // Consumers that do not come back to hear of it are not waited for.
    this.present.clear();
    present.forEach(how);
  }
}
