/** What is closed with the flow that is made of it. */
export interface Closable {
  /**
   * Closes it, unless that has been done; rejects where the closing fails.
   *
   * @param fail Is told what fails besides while it is being closed.
   */
  close(fail: (error: unknown) => void): Promise<void>;
}

/** Where items come from: opened when the first is asked for, and closed once, unless it ends by itself. */
export class Source<T, R = unknown> implements Closable {
  readonly #iterable: AsyncIterable<T, R>;
  #iterator: AsyncIterator<T, R> | undefined = undefined;
  #ended = false;
  /** Once it is being closed. */
  #fail: ((error: unknown) => void) | undefined = undefined;

  /**
   * @throws `TypeError` for what is not async iterable.
   */
  constructor(iterable: AsyncIterable<T, R>) {
    const open = (iterable as Partial<AsyncIterable<T>> | undefined | null)?.[Symbol.asyncIterator];
    if (typeof open !== "function") {
      throw new TypeError(
        `Could not take items from what is not async iterable, a value of type: ${typeof iterable}`,
      );
    }
    this.#iterable = iterable;
  }

  async next(): Promise<IteratorResult<T, R>> {
    if (this.#ended) return { value: undefined as R, done: true };
    try {
      const result = await this.#open().next();
      if (result.done) this.#ended = true;
      return result;
    } catch (error) {
      this.#ended = true;
      if (this.#fail === undefined) throw error;
      // Nobody waits for this item any more.
      this.#fail(error);
      return { value: undefined as R, done: true };
    }
  }

  async close(fail: (error: unknown) => void): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#fail = fail;
    // One that was never opened is opened for this: it may be an iterator that somebody else has begun to iterate.
    await this.#open().return?.();
  }

  #open(): AsyncIterator<T, R> {
    return (this.#iterator ??= this.#iterable[Symbol.asyncIterator]());
  }
}
