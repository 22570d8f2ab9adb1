import { ChannelOverflow } from "../../core/errors.ts";
import { Backlog } from "./backlog.ts";
import type { Limits } from "./backlog.ts";
import { Outlet } from "./outlet.ts";

/** What happens when there is no room for an item that is pushed. */
export type PushOverflow = "fail" | "drop-oldest" | "drop-newest";

/** Where something pushes items that cannot be made to wait, until what has set it to work is undone. */
export class Inbox<T> extends Outlet<T> {
  readonly #capacity: number;
  #opening = false;
  #undo: (() => unknown) | undefined;
  /** Is to be called when it has been opened, because it has ended meanwhile. */
  #opened: (() => void) | undefined;

  constructor({ capacity = 1024, overflow, onDrop }: Limits<T, PushOverflow>) {
    super(new Backlog({ capacity, overflow, onDrop }, "fail"));
    this.#capacity = capacity;
  }

  /** @param subscribe Sets something to work; returns what undoes that. */
  open(subscribe: () => (() => unknown) | undefined): void {
    if (this.ended) return;
    this.#opening = true;
    try {
      this.#undo = subscribe();
    } catch (error) {
      this.#undo = () => {
        throw error;
      };
      this.end();
    }
    this.#opening = false;
    this.#opened?.();
  }

  push(item: T): void {
    if (this.ended) return;
    if (!this.accepts) {
      const error = new ChannelOverflow(this.#capacity);
      error.message = `More items have come than may be kept (capacity ${this.#capacity})`;
      this.fail(error);
    }
    this.item(item);
  }

  demand(): void {}

  close(told: (error: unknown) => void): Promise<void> {
    if (!this.#opening) return this.#close(told);
    return new Promise((resolve) => {
      this.#opened = () => resolve(this.#close(told));
    });
  }

  async #close(told: (error: unknown) => void): Promise<void> {
    try {
      await this.#undo?.();
    } catch (error) {
      told(error);
    }
  }
}
