import { ChannelOverflow } from "../../core/errors.ts";
import type { AbortSignal } from "../../core/platform.ts";
import { Backlog } from "./backlog.ts";
import type { Limits } from "./backlog.ts";
import { Outlet } from "./outlet.ts";
import type { Feeder } from "./outlet.ts";

/** What happens when there is no room for an item that is pushed. */
export type PushOverflow = "fail" | "drop-oldest" | "drop-newest";

/** What is kept of what is pushed, and until when. */
export interface InboxOptions<T> extends Limits<T, PushOverflow> {
  signal?: AbortSignal | undefined;
}

/** Where something pushes items that cannot be made to wait, until what has set it to work is undone. */
export class Inbox<T> implements Feeder<T, void> {
  readonly outlet: Outlet<T>;
  readonly #capacity: number;
  #opening = false;
  #undo: (() => unknown) | undefined;
  /** Is to be called when it has been opened: it has ended meanwhile. */
  #opened: (() => void) | undefined;

  constructor({ capacity = 1024, overflow, onDrop, signal }: InboxOptions<T>) {
    this.#capacity = capacity;
    this.outlet = new Outlet(this, new Backlog({ capacity, overflow, onDrop }, "fail"));
    this.outlet.endOn(signal);
  }

  /** @param subscribe Sets something to work; returns what undoes that. */
  open(subscribe: () => (() => unknown) | undefined): void {
    if (this.outlet.ended) return;
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
    const { outlet } = this;
    if (outlet.ended) return;
    if (!outlet.accepts) {
      const error = new ChannelOverflow(this.#capacity);
      error.message = `More items have come than are kept while nobody asks for them (capacity ${this.#capacity})`;
      outlet.fail(error);
    }
    outlet.push(item);
  }

  end(): void {
    this.outlet.end();
  }

  fail(error: unknown): void {
    this.outlet.fail(error);
  }

  demand(): void {}

  close(_: Outlet<T>, told: (error: unknown) => void): Promise<unknown> | undefined {
    if (!this.#opening) return this.#close(told);
    return new Promise((resolve) => {
      this.#opened = () => resolve(this.#close(told));
    });
  }

  #close(told: (error: unknown) => void): Promise<unknown> | undefined {
    try {
      const undone = this.#undo?.() as PromiseLike<unknown> | undefined | null;
      if (typeof undone?.then === "function") return Promise.resolve(undone).catch(told);
    } catch (error) {
      told(error);
    }
    return undefined;
  }
}
