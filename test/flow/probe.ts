/** A source that notes what is done to it. */

export interface Script<T> {
  readonly items?: readonly T[];
  /** What comes after the items: the end, this error, or nothing. */
  readonly then?: "end" | "wait" | { readonly error: unknown };
  /** What it returns at its end. */
  readonly result?: unknown;
  /** What closing it rejects with. */
  readonly closing?: { readonly error: unknown };
  /** Whether closing it answers a request that waits, as our ends do. */
  readonly prompt?: boolean;
}

export class Probe<T> implements AsyncIterable<T, void>, AsyncIterator<T, void> {
  opened = 0;
  asked = 0;
  given = 0;
  closed = 0;
  /** How many requests waited at most at the same time. */
  overlapping = 0;
  readonly #script: Script<T>;
  readonly #waiting: ((result: IteratorResult<T, void>) => void)[] = [];
  #pending = 0;

  constructor(script: Script<T> = {}) {
    this.#script = script;
  }

  [Symbol.asyncIterator](): this {
    this.opened++;
    return this;
  }

  async next(): Promise<IteratorResult<T, void>> {
    this.asked++;
    this.overlapping = Math.max(this.overlapping, ++this.#pending);
    try {
      return await this.#next();
    } finally {
      this.#pending--;
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.closed++;
    if (this.#script.prompt) {
      for (const settle of this.#waiting.splice(0)) settle({ value: undefined, done: true });
    }
    if (this.#script.closing) throw this.#script.closing.error;
    return { value: undefined, done: true };
  }

  /** Answers the request that has waited longest. */
  give(item: T): void {
    this.given++;
    this.#waiting.shift()?.({ value: item, done: false });
  }

  #next(): IteratorResult<T, void> | Promise<IteratorResult<T, void>> {
    const { items = [], then = "end", result } = this.#script;
    if (this.closed > 0) return { value: undefined, done: true };
    if (this.given < items.length) return { value: items[this.given++] as T, done: false };
    if (then === "end") return { value: result as undefined, done: true };
    if (then !== "wait") throw then.error;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** A source that waits, of the well-behaved kind. */
export function waiting<T>(items: readonly T[] = []): Probe<T> {
  return new Probe({ items, then: "wait", prompt: true });
}
