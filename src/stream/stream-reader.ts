/// <reference lib="esnext.disposable" preserve="true" />
import { cancelOnAbort } from "../core/abort.ts";
import type { AbortSignal } from "../core/platform.ts";
import { makeAskable } from "../core/ask.ts";
import { makeAsyncGenerator } from "../core/async-generator.ts";
import { Queue } from "../core/queue.ts";
import { fail } from "../core/settle.ts";
import type { Settle } from "../core/settle.ts";
import type { Client, WaitOptions } from "../end.ts";
import { ChannelOverflow } from "../core/errors.ts";
import { Batch } from "./batch.ts";
import { Batches } from "./batches.ts";
import type { Demand } from "./demand.ts";
import type { Reader } from "./reader.ts";

/** What a call of the reader asks for. */
type Kind = typeof ITEM | typeof ITEMS | typeof LOAN | typeof THROW;
const ITEM = 0;
const ITEMS = 1;
const LOAN = 2;
/** Asks for an item, too, after an error has been thrown to the writer. */
const THROW = 3;

/** A call of the reader that waits. */
interface Call<T> {
  kind: Kind;
  /** How many items it still waits for. */
  missing: number;
  items: T[];
  cancelled: boolean;
  readonly error: unknown;
  settle: Settle;
  next: Call<T> | undefined;
  previous: Call<T> | undefined;
}

/** Serves the reader's calls, in order, from the batch at hand, and asks for another when that is used up. */
export class StreamReader<T> implements Reader<T> {
  readonly #client: Client<Batch<T>>;
  readonly #demand: Demand<T>;
  readonly #limit: number;
  readonly #calls = new Queue<Call<T>>();
  #batch: Batch<T> | undefined;
  /** Whether a request is under way. */
  #asking = false;
  /** Whether calls are being served, which runs the code of a lent source, which may call the reader. */
  #serving = false;
  #ended = false;
  /** What the writer threw, until a call has been told. */
  #failure: { readonly error: unknown } | undefined;

  declare readonly [Symbol.asyncIterator]: () => this;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeAsyncGenerator(this.prototype);
    makeAskable(this.prototype, (reader, settle) => {
      const call = reader.#enter(ITEM, 1, settle);
      return () => reader.#cancel(call, undefined);
    });
  }

  constructor(client: Client<Batch<T>>, demand: Demand<T>, limit: number) {
    this.#client = client;
    this.#demand = demand;
    this.#limit = limit;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#calls.head === undefined && this.#batch?.busy === false) {
      const result = this.#batch.next();
      if (!result.done) return Promise.resolve(result);
    }
    return this.#call(ITEM, 1);
  }

  read(count: number = Infinity, options?: WaitOptions): Promise<T[]> {
    return isCount(count)
      ? this.#call(ITEMS, count, options?.signal)
      : Promise.reject(notACount(count));
  }

  async receive(options?: WaitOptions): Promise<IterableIterator<T, undefined>> {
    return (await this.#receive(options)) ?? (this.#client.receive() as Promise<never>);
  }

  batches(count: number): AsyncIterableIterator<T[]>;
  batches(): AsyncIterableIterator<IterableIterator<T, undefined>>;
  batches(
    count?: number,
  ): AsyncIterableIterator<T[]> | AsyncIterableIterator<IterableIterator<T, undefined>> {
    if (count === undefined) return new Batches(this, () => this.#receive());
    if (!isCount(count) || count === 0) throw notACount(count);
    return new Batches(this, async () => {
      const items = await this.read(count);
      return items.length > 0 ? items : undefined;
    });
  }

  async return(value?: void | PromiseLike<void>): Promise<IteratorResult<T, void>> {
    const failure = this.#failure;
    this.#failure = undefined;
    this.#ended = true;
    const calls = this.#calls.drain();
    this.#batch = this.#demand.take();
    for (const call of calls) {
      if (!this.#serve(call)) this.#finish(call);
    }
    this.#batch = undefined;
    const result = await this.#client.return(value);
    if (failure !== undefined) throw failure.error;
    return result as IteratorReturnResult<void>;
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#call(THROW, 0, undefined, error);
  }

  get signal(): AbortSignal {
    return this.#client.signal;
  }

  /** What the writer has ready; nothing at the end. */
  #receive(options?: WaitOptions): Promise<IterableIterator<T, undefined> | undefined> {
    return this.#call(LOAN, 1, options?.signal);
  }

  #call<R>(kind: Kind, missing: number, signal?: AbortSignal, error?: unknown): Promise<R> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((settle) => {
      this.#enter(kind, missing, settle as Settle, signal, error);
    });
  }

  #enter(
    kind: Kind,
    missing: number,
    settle: Settle,
    signal?: AbortSignal,
    error?: unknown,
  ): Call<T> {
    const call: Call<T> = {
      kind,
      missing,
      items: [],
      cancelled: false,
      error,
      settle,
      next: undefined,
      previous: undefined,
    };
    if (this.#calls.length >= this.#limit) fail(call, new ChannelOverflow(this.#limit));
    else {
      if (signal !== undefined)
        cancelOnAbort(call, signal, () => this.#cancel(call, signal.reason));
      this.#calls.push(call);
      if (this.#calls.head === call) this.#advance();
    }
    return call;
  }

  #cancel(call: Call<T>, reason: unknown): void {
    const first = this.#calls.head === call;
    this.#calls.remove(call);
    call.cancelled = true;
    this.#putBack(call.items);
    fail(call, reason);
    if (first) this.#advance();
  }

  /** The first call has changed, or there is something new for it. */
  #advance(): void {
    if (this.#serving) return;
    if (this.#batch?.busy === true) {
      // A lent source calls its own reader, which has to wait until the source is done.
      void Promise.resolve().then(() => this.#advance());
      return;
    }
    this.#serving = true;
    let call = this.#calls.head;
    for (; call !== undefined; call = this.#calls.head) {
      if (!this.#serve(call)) {
        if (!this.#ended) break;
        this.#finish(call);
      }
      if (call === this.#calls.head) this.#calls.remove(call);
    }
    this.#serving = false;
    this.#demand.wanted = call?.missing ?? 0;
    if (call !== undefined && !this.#asking) this.#ask(call);
  }

  #ask(call: Call<T>): void {
    this.#asking = true;
    if (call.kind === THROW) {
      const answer = this.#client.throw(call.error);
      call.kind = ITEM;
      this.#demand.wanted = call.missing = 1;
      void this.#take(answer);
    } else void this.#take(this.#client.next());
  }

  /** Apart from the call it was made for, which may not wait as long as this. */
  async #take(answer: Promise<IteratorResult<Batch<T>, void>>): Promise<void> {
    try {
      const { value, done } = await answer;
      if (done) this.#ended = true;
      else {
        // What a cancelled call has put back comes first.
        if (this.#batch !== undefined) value.putBack(this.#batch.take(Infinity));
        this.#batch = value;
      }
    } catch (error) {
      this.#ended = true;
      this.#failure = { error };
    }
    this.#asking = false;
    this.#advance();
  }

  /** Settles a call from what has come in. @returns Whether that sufficed. */
  #serve(call: Call<T>): boolean {
    if (call.kind === THROW) {
      // As a generator that is thrown into: what the writer had provided is not asked for any more.
      this.#batch = undefined;
      this.#demand.take();
      return false;
    }
    for (
      let batch = this.#provided();
      batch !== undefined && !call.cancelled;
      batch = this.#provided()
    ) {
      if (call.kind === LOAN) {
        call.settle(batch);
        return true;
      }
      if (call.kind === ITEM) {
        const result = batch.next();
        if (!result.done) {
          if (call.cancelled) this.#putBack([result.value]);
          else call.settle(result);
          return true;
        }
      } else if (call.missing > 0) this.#collect(call, batch);
      else break;
    }
    if (call.kind === ITEMS && call.missing === 0) call.settle(call.items);
    return call.cancelled || call.missing === 0;
  }

  #collect(call: Call<T>, batch: Batch<T>): void {
    const items = batch.take(call.missing);
    if (call.cancelled) this.#putBack(items);
    else {
      call.missing -= items.length;
      call.items = call.items.length === 0 ? items : call.items.concat(items);
    }
  }

  /** The batch at hand, or what has joined since. */
  #provided(): Batch<T> | undefined {
    if (this.#batch?.exhausted !== false) {
      const joined = this.#demand.joined > 0 ? this.#demand.take() : undefined;
      this.#batch = joined;
    }
    return this.#batch;
  }

  #putBack(items: T[]): void {
    if (items.length > 0) (this.#batch ??= new Batch([])).putBack(items);
  }

  /** Settles a call that the writer does not answer any more. */
  #finish(call: Call<T>): void {
    if (call.kind === THROW) fail(call, call.error);
    else if (call.items.length > 0) call.settle(call.items);
    else if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      fail(call, error);
    } else if (call.kind === ITEMS) call.settle([]);
    else call.settle(call.kind === ITEM ? { value: undefined, done: true } : undefined);
  }
}

function isCount(count: unknown): boolean {
  return count === Infinity || (Number.isInteger(count) && (count as number) >= 0);
}

function notACount(count: unknown): RangeError {
  return new RangeError(`Could not read items: ${String(count)}`);
}
