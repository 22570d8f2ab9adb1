/// <reference types="node" preserve="true" />
import { Duplex } from "node:stream";

import { clientOfChannel, Conversation } from "../adapters/conversation.ts";
import { ChannelClosed } from "../index.ts";
import type { Channel, Client } from "../index.ts";
import { callBack, pass, toError } from "./parts/conventions.ts";
import type { Callback } from "./parts/conventions.ts";

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
  return new ChannelDuplex<T, U>(clientOfChannel(channel));
}

class ChannelDuplex<T, U> extends Duplex {
  readonly #client: Client<T, U, unknown>;
  readonly #conversation: Conversation<T, U>;
  /** Calls back for the chunk that was written last, as long as it waits for its answer. */
  #written: Callback | undefined = undefined;

  constructor(client: Client<T, U, unknown>) {
    super({ objectMode: true, readableHighWaterMark: 0, writableHighWaterMark: 1 });
    this.#client = client;
    this.#conversation = new Conversation(client, {
      want() {},
      answered: () => this.#answer(),
      give: (item) => pass(this, item),
      end: () => {
        this.#refuse();
        this.push(null);
      },
      fail: (reason) => {
        const error = toError(reason);
        this.#answer(error);
        this.destroy(error);
      },
    });
  }

  override _read(): void {
    this.#conversation.read();
  }

  override _write(chunk: U, _encoding: string, done: Callback): void {
    this.#written = done;
    this.#conversation.bring(chunk);
    if (this.#conversation.over) this.#refuse();
  }

  override _final(done: Callback): void {
    done();
    this.#conversation.finish();
  }

  override _destroy(error: Error | null, done: Callback): void {
    callBack(this.#conversation.leave(error ?? undefined), done, error);
    this.#refuse();
    this.#answer();
  }

  /** The chunk that was written last has been answered, or will not be. */
  #answer(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }

  /** Tells the writer of a chunk that nobody will take it, in the moment in which all there is to read has been read. */
  #refuse(): void {
    const done = this.#written;
    if (done === undefined || this.#conversation.takeBack() === undefined) return;
    this.#written = undefined;
    const { value } = (this.#client.signal.reason ?? {}) as Partial<ChannelClosed>;
    const tell = (): void => {
      this.off("close", tell);
      done(new ChannelClosed({ value, undelivered: true }));
    };
    if (this.readableEnded || this.destroyed) tell();
    else this.once("end", tell).once("close", tell);
  }
}
