/// <reference lib="esnext.disposable" preserve="true" />
import { ask, makeAskable } from "../core/ask.ts";
import { makeAsyncGenerator } from "../core/async-generator.ts";
import { Channel } from "../channel.ts";
import { limitOf } from "../channel-options.ts";
import type { Client, Server } from "../end.ts";
import type { Closable } from "./source.ts";

/**
 * The generator that the pieces of this folder return: the client end of a channel, and with it the sources that a
 * routine at the server end feeds it from.
 *
 * It is the bare server end, so that a consumer that leaves does not depend on where the routine waits. To close the
 * sources is therefore the business of the generator: it does so once, whoever ends it and whether or not it was ever
 * asked for an item, and no last result or last error comes before that is done. Every error is told: several at once
 * as an `AggregateError`.
 */
export class Flow<T, R> implements AsyncGenerator<T, R, void> {
  readonly #channel: Channel<T, void, R>;
  readonly #client: Client<T, void, R>;
  readonly #sources: readonly Closable[];
  /** Errors that nobody has been told yet. */
  #failures: unknown[] = [];
  #closing: Promise<void> | undefined = undefined;
  #started = false;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (flow, settle) => {
      flow.#started = true;
      return ask(flow.#client, settle);
    });
  }

  /**
   * @param run Feeds the server end, once the first item is asked for, and ends by returning or throwing. When the
   *   client leaves, nobody waits for it any more.
   * @param sends How many calls of the server end may wait.
   */
  constructor(
    sources: readonly Closable[],
    run: (server: Server<T, void, R>) => Promise<R>,
    sends = 0,
  ) {
    this.#sources = sources;
    this.#channel = new Channel({ limit: Math.max(sends, limitOf(undefined)) });
    this.#client = this.#channel.client();
    this.#channel.server().then(
      (server) => this.#run(server, run),
      () => {},
    );
  }

  next(): Promise<IteratorResult<T, R>> {
    this.#started = true;
    return this.#client.next();
  }

  return(value?: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    return this.#leave(this.#client.return(value as R));
  }

  throw(error: unknown): Promise<IteratorResult<T, R>> {
    const thrown = this.#client.throw(error);
    return this.#started ? thrown : this.#leave(thrown);
  }

  /** Whether the consumer has left, or been told the end. */
  get closed(): boolean {
    return this.#channel.closed;
  }

  /** Notes an error, to be told with the end. */
  fail(error: unknown): void {
    this.#failures.push(error);
  }

  async #run(
    server: Server<T, void, R>,
    run: (server: Server<T, void, R>) => Promise<R>,
  ): Promise<void> {
    let result: R | undefined;
    try {
      result = await run(server);
    } catch (error) {
      this.fail(error);
    }
    await this.#close();
    // A client that has left meanwhile is told by the call that it leaves with.
    if (this.#channel.closed) return;
    if (this.#failures.length > 0) await server.throw(this.#takeFailures());
    else await server.return(result as R);
  }

  async #leave(leaving: Promise<IteratorResult<T, R>>): Promise<IteratorResult<T, R>> {
    const [left] = await Promise.allSettled([leaving, this.#close()]);
    if (left.status === "rejected") this.#failures.unshift(left.reason);
    if (this.#failures.length > 0) throw this.#takeFailures();
    return (left as PromiseFulfilledResult<IteratorResult<T, R>>).value;
  }

  #close(): Promise<void> {
    return (this.#closing ??= this.#closeSources());
  }

  async #closeSources(): Promise<void> {
    const fail = (error: unknown): void => this.fail(error);
    await Promise.all(this.#sources.map((source) => source.close(fail).catch(fail)));
  }

  #takeFailures(): unknown {
    const failures = this.#failures;
    this.#failures = [];
    return failures.length === 1
      ? failures[0]
      : new AggregateError(failures, `Could not go on, for several reasons: ${failures.length}`);
  }
}
