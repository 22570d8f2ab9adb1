import { fail } from "../../core/settle.ts";
import type { Settle } from "../../core/settle.ts";

/**
 * How an outlet ends, and who is told what. Errors gather here, and whoever comes first takes all of them: the first request
 * that waits, or the next to come; but if the consumer has left, its `return()` and nobody else.
 */
export class Ending<R> {
  /** Whether the consumer has left. */
  left = false;
  /** Whether nobody is told any more of what fails. */
  deaf = false;
  /** Resolves when what fed the outlet has been closed. */
  readonly closed: Promise<void>;
  #ripen!: () => void;
  #ripe = false;
  #result: R | undefined;
  #errors: unknown[] = [];

  constructor(result?: R) {
    this.#result = result;
    this.closed = new Promise((resolve) => {
      this.#ripen = resolve;
    });
  }

  /** Whether a request can be answered with it. */
  get known(): boolean {
    return this.#ripe || this.left;
  }

  ripen(): void {
    this.#ripe = true;
    this.#ripen();
  }

  /** Notes an error. */
  tell(error: unknown): void {
    if (!this.deaf) this.#errors.push(error);
  }

  /**
   * The consumer leaves. One that throws has an error of its own, and a reason from outside is known outside: who leaves
   * hears of neither.
   */
  leave(hears: boolean): void {
    this.left = true;
    this.#result = undefined;
    if (!hears) this.deaf = true;
    if (this.deaf) this.#errors = [];
  }

  answer(request: { settle: Settle }): void {
    const errors = this.left ? [] : this.#errors;
    if (errors.length > 0) {
      this.#errors = [];
      fail(request, inOne(errors));
    } else {
      request.settle({ value: this.#result, done: true });
      this.#result = undefined;
    }
  }

  /** @throws All errors that nobody has been told yet, `before` these. */
  rejectUnless(before: unknown[]): void {
    const errors = [...before, ...this.#errors];
    this.#errors = [];
    if (errors.length > 0) throw inOne(errors);
  }
}

function inOne(errors: unknown[]): unknown {
  return errors.length === 1
    ? errors[0]
    : new AggregateError(errors, `Several things have failed: ${errors.length}`);
}
