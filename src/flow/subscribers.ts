import type { Outlet } from "./outlet.ts";
import type { Source } from "./source.ts";

/** Several consumers of one source, which is closed when the last of them leaves. */
export class Subscribers<T> {
  readonly #source: Source<T>;
  readonly #wanted: () => boolean;
  readonly #deliver: (item: T) => void;
  readonly #ending: () => void;
  readonly #present = new Set<Outlet<T>>();
  #running = false;
  #over = false;

  /**
   * @param wanted Whether to ask the source for an item.
   * @param ending Is called when nothing more will come, before those present are told.
   */
  constructor(
    source: Source<T>,
    wanted: () => boolean,
    deliver: (item: T) => void,
    ending: () => void,
  ) {
    this.#source = source;
    this.#wanted = wanted;
    this.#deliver = deliver;
    this.#ending = ending;
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
    this.#end(() => {});
    await this.#source.close(fail);
  }

  /** Hands an item on, unless it comes when nobody is there any more. */
  deliver(item: T): void {
    if (!this.#over) this.#deliver(item);
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
        this.deliver(value);
      }
      this.#running = false;
    } catch (error) {
      this.#end((outlet) => outlet.fail(error));
    }
  }

  #end(how: (outlet: Outlet<T>) => void): void {
    this.#ending();
    this.#over = true;
    const present = [...this.#present];
    // Who does not come back to hear of it is not waited for.
    this.#present.clear();
    present.forEach(how);
  }
}
