import type { Outlet } from "./outlet.ts";
import type { Source } from "./source.ts";

/** Several consumers of one source, which is closed when the last of them leaves. */
export class Subscribers<T> {
  readonly #source: Source<T>;
  readonly #wanted: () => boolean;
  readonly #deliver: (item: T) => void;
  readonly #present = new Set<Outlet<T>>();
  #running = false;
  #over = false;

  /**
   * @param wanted Whether to ask the source for an item.
   */
  constructor(source: Source<T>, wanted: () => boolean, deliver: (item: T) => void) {
    this.#source = source;
    this.#wanted = wanted;
    this.#deliver = deliver;
  }

  get present(): ReadonlySet<Outlet<T>> {
    return this.#present;
  }

  join(outlet: Outlet<T>): void {
    if (this.#over) outlet.end();
    else this.#present.add(outlet);
  }

  async leave(outlet: Outlet<T>, fail: (error: unknown) => void): Promise<void> {
    if (!this.#present.delete(outlet)) return;
    if (this.#present.size > 0) {
      this.advance();
      return;
    }
    this.#over = true;
    await this.#source.close(fail);
  }

  /** Asks the source for items as long as they are wanted. */
  advance(): void {
    if (!this.#running && !this.#over) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#wanted()) {
        const { value, done } = await this.#source.next();
        if (done) {
          this.#end((outlet) => outlet.end());
          return;
        }
        this.#deliver(value);
      }
      this.#running = false;
    } catch (error) {
      this.#end((outlet) => outlet.fail(error));
    }
  }

  #end(how: (outlet: Outlet<T>) => void): void {
    this.#over = true;
    for (const outlet of this.#present) how(outlet);
  }
}
