/// <reference lib="esnext.disposable" preserve="true" />
import { cancelOnAbort, onAbort } from "../core/abort.ts";
import { fail } from "../core/settle.ts";
import type { AbortSignal } from "../core/platform.ts";
import { makeDisposable } from "../core/async-generator.ts";
import type { Server, WaitOptions } from "../end.ts";
import type { ChannelClosed } from "../core/errors.ts";
import type { Batch } from "./batch.ts";
import type { Demand } from "./demand.ts";
import type { Writer } from "./writer.ts";

const joined: Promise<void> = Promise.resolve();

/** Hands over batches, of single items when the reader wants no more of them, and of lent sources. */
export class StreamWriter<T> implements Writer<T> {
  readonly #channel: { readonly closed: boolean };
  readonly #server: Server<Batch<T>>;
  readonly #demand: Demand<T>;
  /** How many batches are on their way, which a later item must not overtake. */
  #underWay = 0;
  /** While an async source is written: what later calls wait for. */
  #writing: Promise<void> | undefined;

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    makeDisposable(this.prototype);
  }

  constructor(channel: { readonly closed: boolean }, server: Server<Batch<T>>, demand: Demand<T>) {
    this.#channel = channel;
    this.#server = server;
    this.#demand = demand;
  }

  send(item: T, options?: WaitOptions): Promise<void> {
    const writing = this.#writing;
    if (writing === undefined) return this.#send(item, options);
    return unlessAborted(writing, options?.signal).then(() => this.send(item, options));
  }

  async write(items: Iterable<T> | AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    if (this.#writing !== undefined) {
      await unlessAborted(this.#writing, options?.signal);
      return this.write(items, options);
    }
    if (options?.signal?.aborted) throw options.signal.reason;
    if (has(items, Symbol.asyncIterator)) return this.#writeAsync(items, options);
    if (has(items, Symbol.iterator)) return this.#lend(items, options);
    throw new TypeError(`Could not write a value of type: ${typeof items}`);
  }

  async return(): Promise<void> {
    if (this.#writing !== undefined) await this.#writing;
    await this.#server.return();
  }

  async throw(error: unknown): Promise<void> {
    if (this.#writing !== undefined) await this.#writing;
    await this.#server.throw(error);
  }

  get signal(): AbortSignal {
    return this.#server.signal;
  }

  #send(item: T, options?: WaitOptions): Promise<void> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
    const demand = this.#demand;
    const joins =
      this.#underWay === 0 && !this.#channel.closed && demand.joined + 1 < demand.wanted;
    demand.join(item);
    return joins ? joined : this.#handOver(demand.take(), options);
  }

  async #lend(items: Iterable<T>, options?: WaitOptions): Promise<void> {
    const batch = this.#demand.take(items);
    try {
      await this.#handOver(batch, options);
    } catch (error) {
      batch.close();
      if (batch.failure === undefined) throw error;
    }
    if (batch.failure !== undefined) throw batch.failure.error;
  }

  #writeAsync(items: AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    const written = this.#pass(items, options);
    const finished = (): void => {
      this.#writing = undefined;
    };
    this.#writing = written.then(finished, finished);
    return written;
  }

  /** Sends items one by one, and closes their source as soon as nobody wants them, since the next may never come. */
  async #pass(items: AsyncIterable<T>, options?: WaitOptions): Promise<void> {
    const source = items[Symbol.asyncIterator]();
    const { signal } = this;
    let closed: Promise<unknown> | undefined;
    let failure: unknown;
    const close = (): void => {
      closed ??= (async () => source.return?.())();
      closed.catch(() => {}); // awaited below
    };
    if (signal.aborted) close();
    const releases = [signal, options?.signal ?? signal].map((each) => onAbort(each, close));
    try {
      while (closed === undefined) {
        const { value, done } = await source.next();
        if (done && closed === undefined) return;
        try {
          // Rejects as soon as nobody wants anything, even if there is no item.
          await this.#send(value as T, options);
        } catch (error) {
          failure = error;
          close();
        }
      }
    } finally {
      for (const release of releases) release();
    }
    await closed;
    const gone = signal.reason as ChannelClosed | undefined;
    throw gone?.cause ?? failure ?? gone;
  }

  async #handOver(batch: Batch<T>, options?: WaitOptions): Promise<void> {
    this.#underWay++;
    try {
      await this.#server.send(batch, options);
    } finally {
      this.#underWay--;
    }
  }
}

function has<K extends symbol>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof (value as Partial<Record<K, unknown>> | null | undefined)?.[key] === "function";
}

function unlessAborted(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return turn;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((settle) => {
    const call = { settle };
    cancelOnAbort(call, signal, () => fail(call, signal.reason));
    void turn.then(call.settle);
  });
}
