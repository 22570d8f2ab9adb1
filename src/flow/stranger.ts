import type { Settle } from "../core/abort.ts";

interface Request {
  readonly resolve: Settle;
  readonly reject: Settle;
}

/**
 * Makes an iterator askable that cannot take a request back: its `next()` goes on waiting, once, and what comes of it
 * is kept for whoever asks next.
 *
 * One reaction is attached to each `next()`, however many ask for it, since those of a promise that does not settle are
 * never freed.
 */
export class Stranger {
  readonly #iterator: { next(): PromiseLike<IteratorResult<unknown>> };
  /** Who waits, in order. */
  readonly #waiting = new Set<Request>();
  /** Hands what has come to somebody. */
  #kept: ((to: Request) => void) | undefined = undefined;
  #pending = false;

  constructor(iterator: { next(): PromiseLike<IteratorResult<unknown>> }) {
    this.#iterator = iterator;
  }

  ask(resolve: Settle, reject: Settle): () => void {
    const request = { resolve, reject };
    const kept = this.#kept;
    if (kept === undefined) {
      this.#waiting.add(request);
      if (!this.#pending) this.#pull();
    } else {
      this.#kept = undefined;
      kept(request);
    }
    return () => this.#waiting.delete(request);
  }

  #pull(): void {
    this.#pending = true;
    this.#next().then(
      (result) => this.#arrive(({ resolve }) => resolve(result)),
      (error: unknown) => this.#arrive(({ reject }) => reject(error)),
    );
  }

  /** Rejects whatever goes wrong, be it that the iterator throws or that its result is none. */
  async #next(): Promise<unknown> {
    const { value, done } = await this.#iterator.next();
    return { value, done };
  }

  #arrive(outcome: (to: Request) => void): void {
    this.#pending = false;
    const [first] = this.#waiting;
    if (first === undefined) this.#kept = outcome;
    else {
      this.#waiting.delete(first);
      outcome(first);
      if (this.#waiting.size > 0) this.#pull();
    }
  }
}
