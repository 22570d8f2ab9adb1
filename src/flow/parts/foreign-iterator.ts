import { Failure } from "../../core/settle.ts";
import type { Settle } from "../../core/settle.ts";

/**
 * Makes an iterator askable that cannot take a request back: its `next()` goes on waiting, once, and what comes of it
 * is kept for whoever asks next.
 *
 * One reaction is attached to each `next()`, however many ask for it, since those of a promise that does not settle are
 * never freed.
 */
export class ForeignIterator {
  readonly #iterator: { next(): PromiseLike<IteratorResult<unknown>> };
  /** Those who wait, in order. */
  readonly #waiting = new Set<Settle>();
  /** What has come for nobody: a result, or a {@link Failure}. */
  #kept: unknown = undefined;
  #pending = false;

  constructor(iterator: { next(): PromiseLike<IteratorResult<unknown>> }) {
    this.#iterator = iterator;
  }

  ask(settle: Settle): () => void {
    const kept = this.#kept;
    if (kept === undefined) {
      this.#waiting.add(settle);
      if (!this.#pending) this.#pull();
    } else {
      this.#kept = undefined;
      settle(kept);
    }
    return () => this.#waiting.delete(settle);
  }

  #pull(): void {
    this.#pending = true;
    this.#next().then(
      (result) => this.#arrive(result),
      (error: unknown) => this.#arrive(new Failure(error)),
    );
  }

  /** Rejects whatever goes wrong, be it that the iterator throws or that its result is no object. */
  async #next(): Promise<unknown> {
    const result: unknown = await this.#iterator.next();
    if (Object(result) !== result) throw new TypeError(noResult + String(result));
    const { value, done } = result as IteratorResult<unknown>;
    return { value, done };
  }

  #arrive(outcome: unknown): void {
    this.#pending = false;
    const [first] = this.#waiting;
    if (first === undefined) this.#kept = outcome;
    else {
      this.#waiting.delete(first);
      first(outcome);
      if (this.#waiting.size > 0) this.#pull();
    }
  }
}

const noResult = "The next() of an iterator must give an object, { value, done }, and not ";
