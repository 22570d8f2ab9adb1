import type { Client } from "../index.ts";

/**
 * What comes back when chunks are sent with a client end: the first request brings nothing, and each later one a chunk.
 * An answer of `undefined`, which is what a server's `receive` sends, is none.
 */
export class Conversation<T, U> implements AsyncIterator<T, unknown> {
  readonly #client: Client<T, U, unknown>;
  readonly #chunks: Client<U>;
  #started = false;
  /** Whether there are no more chunks, so that the client has said that it leaves. */
  #leaving = false;

  constructor(client: Client<T, U, unknown>, chunks: Client<U>) {
    this.#client = client;
    this.#chunks = chunks;
  }

  async next(): Promise<IteratorResult<T, unknown>> {
    let answer = await this.#request();
    while (!answer.done && answer.value === undefined) answer = await this.#request();
    return answer;
  }

  return(reason?: unknown): Promise<IteratorResult<T, unknown>> {
    return this.#client.return(reason);
  }

  async #request(): Promise<IteratorResult<T, unknown>> {
    const client = this.#client as AsyncGenerator<T, unknown, U | undefined>;
    if (!this.#started || this.#leaving) {
      this.#started = true;
      return client.next(undefined);
    }
    let chunk: IteratorResult<U, void>;
    try {
      chunk = await this.#chunks.next();
    } catch (error) {
      return client.throw(error);
    }
    if (!chunk.done) return client.next(chunk.value);
    this.#leaving = true;
    return client.return(undefined);
  }
}
