import { Backlog } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import type { Feeder } from "./outlet.ts";
import { Source } from "./source.ts";
import type { AnyIterable, Sink } from "./source.ts";

/** One source for one consumer. */
export class Pipe<T, R> implements Feeder<T, R>, Sink<T, R> {
  readonly outlet: Outlet<T, R>;
  readonly #source: Source<T, R>;

  constructor(iterable: AnyIterable<T, R>, kept: Backlog<T> = new Backlog()) {
    this.outlet = new Outlet(this, kept);
    this.#source = new Source(iterable, this);
  }

  demand(): void {
    this.#source.pump();
  }

  close(_: Outlet<T, R>, told: (error: unknown) => void): Promise<unknown> | undefined {
    return this.#source.close(told);
  }

  wants(): boolean {
    return this.outlet.accepts;
  }

  item(item: T): void {
    this.outlet.push(item);
  }

  end(result: R): void {
    this.outlet.end(result);
  }

  fail(error: unknown): void {
    this.outlet.fail(error);
  }
}
