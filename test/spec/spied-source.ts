/** What a sequence of calls writes to a stream: it counts how often it is opened, asked and closed. */
import type { Source } from "./stream-model.ts";

type Result = IteratorResult<unknown, undefined>;

const end: Result = { value: undefined, done: true };

export class SpiedSource {
  /** What is written. */
  readonly iterable: Iterable<unknown> | AsyncIterable<unknown>;
  #opened = 0;
  #asked = 0;
  #closed = 0;
  #answer: { resolve(result: Result): void; reject(error: unknown): void } | undefined;
  readonly #plan: Source;
  readonly #inside: (() => void) | undefined;

  /** @param inside Called while it is asked for the first time. */
  constructor(plan: Source, inside?: () => void) {
    this.#plan = plan;
    this.#inside = inside;
    this.iterable = plan.how === "sync" ? this.#sync() : this.#async();
  }

  /** By hand: whether it has been asked, and has not answered. */
  get busy(): boolean {
    return this.#answer !== undefined;
  }

  answer(how: "item" | "end" | "error", value: unknown): void {
    const answer = this.#answer!;
    this.#answer = undefined;
    if (how === "error") answer.reject(value);
    else answer.resolve(how === "end" ? end : { value, done: false });
  }

  /** How it was treated otherwise than the model says, of which one that was refused is not even opened. */
  difference(expected: Source | undefined): string {
    const opened = this.#opened;
    if (expected === undefined) return opened > 0 ? "a refused source was opened" : "";
    const { asked, closed } = expected;
    if (opened > 1) return `a source was opened ${opened} times`;
    if (this.#asked !== asked) return `a source was asked ${this.#asked} times, expected ${asked}`;
    // One that was never asked may not have been opened, and then need not be closed.
    const right = this.#closed === (opened === 0 ? 0 : closed);
    return right ? "" : `a source was closed ${this.#closed} times, expected ${closed}`;
  }

  #sync(): Iterable<unknown> {
    const next = (): Result => this.#next();
    const close = (): Result => this.#close();
    return { [Symbol.iterator]: () => (this.#opened++, { next, return: close }) };
  }

  #async(): AsyncIterable<unknown> {
    const next = async (): Promise<Result> => {
      if (this.#plan.how === "async") return this.#next();
      this.#asked++;
      return new Promise((resolve, reject) => (this.#answer = { resolve, reject }));
    };
    const close = async (): Promise<Result> => this.#close();
    return { [Symbol.asyncIterator]: () => (this.#opened++, { next, return: close }) };
  }

  #next(): Result {
    const { items, fails } = this.#plan;
    const i = this.#asked++;
    if (i === 0) this.#inside?.();
    if (i < items.length) return { value: items[i], done: false };
    if (fails) throw fails.error;
    return end;
  }

  #close(): Result {
    this.#closed++;
    if (this.#plan.failsToClose) throw this.#plan.failsToClose.error;
    return end;
  }
}
