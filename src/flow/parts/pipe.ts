import type { Backlog } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import { Source } from "./source.ts";
import type { AnyIterable, Sink } from "./source.ts";

/** One source for one consumer. */
export class Pipe<T, R> extends Outlet<T, R> implements Sink<T, R> {
  readonly #source: Source<T, R>;

  constructor(iterable: AnyIterable<T, R>, kept?: Backlog<T>) {
    super(kept);
    this.#source = new Source(iterable, this);
  }

  demand(): void {
    this.#source.pump();
  }

  close(told: (error: unknown) => void): Promise<unknown> | undefined {
    return this.#source.close(told);
  }

  wants(): boolean {
    return this.accepts;
  }
}
