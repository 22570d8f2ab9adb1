/// <reference lib="esnext.disposable" preserve="true" />
import { beforeSettling, onAbort } from "./core/abort.ts";
import { makeAskable } from "./core/ask.ts";
import { makeAsyncGenerator } from "./core/async-generator.ts";
import {
  CLIENT,
  createCall,
  isPlain,
  NEXT,
  PUT,
  RECEIVE,
  RETURN,
  SEND,
  THROW,
} from "./core/call.ts";
import type { Call, Kind, Side } from "./core/call.ts";
import type { AbortSignal } from "./core/platform.ts";
import type { Rendezvous } from "./core/rendezvous.ts";
import { promiseOf } from "./core/settle.ts";
import type { Settle } from "./core/settle.ts";
import { createSignal } from "./core/signal.ts";

/** Options of a call that waits. */
export interface WaitOptions {
  /** Ends the wait when it aborts: the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * One end of a channel. Both ends are of this type, each the other's mirror, and both are async generators: what one
 * sends, the other receives.
 *
 * Calls may overlap: they form one sequence, in call order. What comes in passes through untouched, be it `undefined`,
 * a promise or a function; only `send` and `receive`, since they resolve to the bare item, follow a thenable one, as
 * any promise does: take it with `next()`.
 *
 * `send`, `receive` and `put` are declared as properties, so that what goes out is checked strictly (a `Server<Dog>` is
 * no `Server<Animal>`), and a method that is called without its end does not compile.
 *
 * @typeParam In What comes in from the other end.
 * @typeParam Out What goes out to the other end.
 * @typeParam Return What the server returns at the end.
 */
export interface ChannelEnd<In, Out, Return = void> extends AsyncGenerator<In, Return, Out> {
  /**
   * Hands over a value and asks for the next: what `yield value` is in a generator.
   *
   * Waits until the other end answers. A server's call is answered by the client's next request, hence production never
   * exceeds demand; a client's by the server's next emission.
   *
   * Cancels with `signal`. Aborted before the hand-over, it is as if it had never been called; aborted after it, the
   * item stays handed over and its answer is dropped.
   *
   * @param value The item. Any value is one.
   * @returns The other end's answer.
   * @throws {@link ChannelClosed} when the other end has gone, where `undelivered` tells whether the item reached it;
   *   {@link ChannelOverflow} when too many calls wait on this end; the error that the other end threw; the reason of a
   *   signal; `TypeError` when a `put` or a cancelled `receive` of this end has left an answer to be received first.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string, number>();
   * const serving = channel.serve(async (server) => {
   *   console.log(await server.send("How many?")); // => 3
   * });
   * const client = channel.client();
   * const question = await client.receive();
   * await client.next(question.length - 6);
   * await serving;
   * ```
   */
  readonly send: (this: object, value: Out, options?: WaitOptions) => Promise<In>;

  /**
   * Asks for the next item and brings nothing: `send(undefined)`, for an end with nothing to say, but that it takes the
   * answer that a `put` or a cancelled `receive` has left.
   *
   * A server's first `receive()` gives what the client's first request has brought, if that has brought anything.
   *
   * Waits and rejects as {@link ChannelEnd.send} does. Cancels with `signal`, and never takes an item with it: an item
   * that is already under way waits for this end's next `receive()` or `next()`.
   *
   * @returns The next item.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string>();
   * void channel.serve(async (server) => {
   *   await server.send("Foo");
   * });
   * console.log(await channel.client().receive()); // => Foo
   * ```
   */
  readonly receive: (this: object, options?: WaitOptions) => Promise<In>;

  /**
   * Hands over a value, and goes on: Go's `ch <- v`. One routine can keep many consumers at work at once.
   *
   * Waits until the other end has taken the value, and not for its answer, which waits for this end's next call: a
   * `receive()` or `next()` takes it, so that `put(value)` and then `receive()` is `send(value)`. A call that brings
   * something passes by an answer that is `undefined`, as those of `for await` are, and is refused another. An error that
   * comes as the answer rejects the next call, whatever it is.
   *
   * Cancels with `signal`: a `put` that rejects was not taken.
   *
   * @param value The item. Any value is one.
   * @throws As {@link ChannelEnd.send} does.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string>();
   * void channel.serve(async (server) => {
   *   await server.put("Foo");
   *   console.log("taken");
   *   await server.put("Bar");
   * });
   * const client = channel.client();
   * console.log(await client.receive());
   * console.log(await client.receive());
   * // => Foo
   * // => taken
   * // => Bar
   * ```
   */
  readonly put: (this: object, value: Out, options?: WaitOptions) => Promise<void>;

  /**
   * Aborts when this end has nobody to talk to any more, with a {@link ChannelClosed} as its reason: for the client when
   * the channel has ended, for the server already when the client leaves, even if the server is busy elsewhere.
   *
   * It is created when it is first read.
   *
   * @example
   * ```ts
   * import { Channel } from "coroutine-channels";
   *
   * const channel = new Channel<string>();
   * const serving = channel.serve(async (server) => {
   *   server.signal.addEventListener("abort", () => console.log("client left"));
   *   await server.send("Foo");
   * });
   * for await (const item of channel.client()) break; // => client left
   * await serving;
   * ```
   */
  readonly signal: AbortSignal;
}

/** What the consumer holds: items of type `T` come in, answers of type `U` go out. */
export type Client<T, U = void, R = void> = ChannelEnd<T, U, R>;

/** What the producer holds, the mirror of {@link Client}: items of type `T` go out, answers of type `U` come in. */
export type Server<T, U = void, R = void> = ChannelEnd<U, T, R>;

/** The promises around one side of a {@link Rendezvous}. */
export class End<In, Out, Return> implements ChannelEnd<In, Out, Return> {
  readonly #meeting: Rendezvous;
  readonly #side: Side;
  /** While what this end returns with is being awaited: what its later calls wait for. */
  #leaving: Promise<unknown> | undefined;
  #signal: AbortSignal | undefined;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (end, settle) => end.#ask(settle));
  }

  /**
   * Where an end meets the other, for those who look on.
   *
   * @internal
   */
  static readonly meeting = (end: End<unknown, unknown, unknown>): readonly [Rendezvous, Side] => [
    end.#meeting,
    end.#side,
  ];

  constructor(meeting: Rendezvous, side: Side) {
    this.#meeting = meeting;
    this.#side = side;
  }

  next(value?: Out): Promise<IteratorResult<In, Return>> {
    return this.#exchange(NEXT, value);
  }

  send(value: Out, options?: WaitOptions): Promise<In> {
    return this.#exchange(SEND, value, options?.signal);
  }

  receive(options?: WaitOptions): Promise<In> {
    return this.#exchange(RECEIVE, undefined, options?.signal);
  }

  put(value: Out, options?: WaitOptions): Promise<void> {
    const signal = options?.signal;
    return signal === undefined ? this.#call(PUT, value) : this.#callUntil(signal, PUT, value);
  }

  return(value?: Return | PromiseLike<Return>): Promise<IteratorResult<In, Return>> {
    const known = settling(value);
    return known === undefined ? this.#call(RETURN, value) : this.#returnLater(known);
  }

  throw(error: unknown): Promise<IteratorResult<In, Return>> {
    return this.#call(THROW, error);
  }

  get signal(): AbortSignal {
    return (this.#signal ??= createSignal(this.#meeting, this.#side));
  }

  /** A value goes out. Where the other end waits alone, this does all that `#call` would do, for less. */
  #exchange<R>(kind: Kind, value: unknown, signal?: AbortSignal): Promise<R> {
    if (signal !== undefined) return this.#callUntil(signal, kind, value);
    const call = this.#leaving === undefined ? this.#meeting.handOver(this.#side) : undefined;
    if (call === undefined) return this.#call(kind, value);
    const plain = isPlain(call.kind);
    const answer = call.settle;
    const answered = promiseOf<R>(call);
    call.kind = kind;
    answer(plain ? value : { value, done: false });
    return answered;
  }

  #call<R>(kind: Kind, value: unknown): Promise<R> {
    if (this.#leaving !== undefined) return this.#leaving.then(() => this.#call(kind, value));
    const call = createCall(this.#side, kind, value);
    const answered = promiseOf<R>(call);
    this.#meeting.enter(call);
    return answered;
  }

  /** A call, and an exchange, until the signal aborts. That may run code of its own: it comes first, when nothing has happened. */
  #callUntil<R>(signal: AbortSignal, kind: Kind, value: unknown): Promise<R> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#leaving !== undefined) {
      return this.#leaving.then(() => this.#callUntil(signal, kind, value));
    }
    let release: () => void;
    try {
      release = onAbort(signal, () => this.#meeting.cancel(call, signal.reason));
    } catch (error) {
      return Promise.reject(error);
    }
    const other = kind === PUT ? undefined : this.#meeting.handOver(this.#side);
    const call: Call = other ?? createCall(this.#side, kind, value);
    const plain = isPlain(call.kind);
    const answer = call.settle;
    const answered = promiseOf<R>(call);
    beforeSettling(call, release);
    call.kind = kind;
    if (other === undefined) this.#meeting.enter(call);
    else answer(plain ? value : { value, done: false });
    return answered;
  }

  /** Asks for an item, as `next()` does, until that is taken back. */
  #ask(settle: Settle): (() => void) | undefined {
    if (this.#leaving !== undefined) return undefined;
    const call = createCall(this.#side, NEXT, undefined, settle);
    this.#meeting.enter(call);
    return () => this.#meeting.cancel(call, undefined);
  }

  /** Awaits what this end returns with, as a generator does; a rejection is thrown where the generator would see it. */
  #returnLater(known: Promise<Return>): Promise<IteratorResult<In, Return>> {
    if (this.#leaving !== undefined) {
      known.catch(() => {});
      return this.#leaving.then(() => this.#returnLater(known));
    }
    if (this.#side === CLIENT) this.#meeting.withdraw();
    const leave = (): void => {
      this.#leaving = undefined;
    };
    this.#leaving = known.then(leave, leave);
    return known.then(
      (result) => this.return(result),
      async (error: unknown) => {
        if (this.#side === CLIENT && this.#meeting.bodyRuns) return this.throw(error);
        await (this.#side === CLIENT ? this.return() : this.throw(error));
        throw error;
      },
    );
  }
}

/** What an end has to await before it returns with `value`, as a generator does; nothing for a plain value. */
export function settling<T>(value: T | PromiseLike<T> | undefined): Promise<T> | undefined {
  try {
    const { then } = (value ?? {}) as { then?: unknown };
    return typeof then === "function" ? Promise.resolve(value as T) : undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}
