/// <reference types="node" preserve="true" />
import { Duplex } from "node:stream";

import type { Channel, Client } from "../index.ts";
import { callBack, toError } from "./callback.ts";
import type { Callback } from "./callback.ts";
import { assertItem } from "./item.ts";

/**
 * Makes a Node stream of a channel that speaks both ways: a socket, or any other stream, can then talk to its server.
 *
 * What is read is what the server sends, and each chunk written answers the item that was read before it:
 * `server.send(item)` resolves to it. A server that listens first begins with `server.receive()`, which gives no item
 * to read. After the last chunk the client leaves, so that the server's body unwinds; what it still sends while it
 * cleans up is read, too.
 *
 * It is in object mode. Nothing is asked of the server before somebody reads; a write's callback is called when the
 * server wants the next chunk, and no more than one chunk waits.
 *
 * The stream is destroyed with the very error of the server. Destroying it leaves the channel with `return(error)`, and
 * waits for it before the stream closes. What is written after the server has returned is not delivered: the stream is
 * destroyed with a `ChannelClosed`, after all there is to read has been read.
 *
 * @param channel Its client end belongs to the stream from now on. `null` is no item here.
 * @returns The stream.
 *
 * @example
 * ```ts
 * import { Readable } from "node:stream";
 * import { pipeline } from "node:stream/promises";
 * import { Channel } from "coroutine-channels";
 * import { toDuplex } from "coroutine-channels/node";
 *
 * const channel = new Channel<string, string>();
 * void channel.serve(async (server) => {
 *   let name = await server.receive();
 *   for (;;) name = await server.send(`Hello, ${name}`);
 * });
 * await pipeline(Readable.from(["Ann", "Bob"]), toDuplex(channel), async (greetings) => {
 *   for await (const greeting of greetings) console.log(greeting);
 * });
 * // => Hello, Ann
 * // => Hello, Bob
 * ```
 */
export function toDuplex<T, U, R>(channel: Channel<T, U, R>): Duplex {
  return new ChannelDuplex<T, U>(channel.client());
}

/** A chunk that waits to be sent. */
interface Chunk<U> {
  readonly value: U;
  readonly done: Callback;
}

class ChannelDuplex<T, U> extends Duplex {
  readonly #client: Client<T, U, unknown>;
  #chunk: Chunk<U> | undefined = undefined;
  #wanted = false;
  #asking = false;
  #started = false;
  /** Whether all chunks have been written. */
  #complete = false;
  #leaving = false;
  #over = false;

  constructor(client: Client<T, U, unknown>) {
    super({ objectMode: true, readableHighWaterMark: 0, writableHighWaterMark: 1 });
    this.#client = client;
  }

  override _read(): void {
    this.#wanted = true;
    this.#advance();
  }

  override _write(value: U, _encoding: string, done: Callback): void {
    this.#chunk = { value, done };
    this.#advance();
  }

  override _final(done: () => void): void {
    this.#complete = true;
    done();
    this.#advance();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#over = true;
    void callBack(this.#client.return(error ?? undefined), done, error);
    this.#refuse();
  }

  /** Makes the next request if there is something to read it and something to bring. */
  #advance(): void {
    if (this.#over) this.#refuse();
    if (this.#over || this.#asking || !this.#wanted) return;
    const chunk = this.#chunk;
    if (!this.#started || this.#leaving) {
      this.#started = true;
      void this.#receive(this.#client.next(undefined as U));
    } else if (chunk !== undefined) {
      this.#chunk = undefined;
      void this.#receive(this.#client.next(chunk.value), chunk.done);
    } else if (this.#complete) {
      this.#leaving = true;
      void this.#receive(this.#client.return(undefined));
    }
  }

  async #receive(request: Promise<IteratorResult<T, unknown>>, done?: Callback): Promise<void> {
    this.#asking = true;
    try {
      const answer = await request;
      const nothing = !answer.done && answer.value === undefined;
      this.#asking = false;
      this.#wanted = nothing;
      if (answer.done) this.#over = true;
      else assertItem(answer.value);
      done?.();
      done = undefined;
      if (!nothing) this.push(answer.done ? null : answer.value);
      this.#advance();
    } catch (error) {
      const failure = toError(error);
      done?.(failure);
      this.destroy(failure);
    }
  }

  /** Tells the writer of a chunk that nobody will take it, in the moment in which all there is to read has been read. */
  #refuse(): void {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk === undefined) return;
    this.#client.send(chunk.value).catch((error: Error) => {
      const tell = (): void => {
        this.off("end", tell).off("close", tell);
        chunk.done(error);
      };
      if (this.readableEnded || this.destroyed) tell();
      else this.once("end", tell).once("close", tell);
    });
  }
}
