/// <reference types="node" preserve="true" />
import { finished } from "node:stream";
import type { Readable } from "node:stream";

import { clientOf } from "../adapters/client-of.ts";
import { has, shown } from "../adapters/iterator-of.ts";
import type { Client } from "../index.ts";

/**
 * Reads a Node stream through a client end: a socket, a file, the output of another program.
 *
 * The stream is read once for each request, and what it reads ahead is its own business. The client rejects with the very
 * error of the stream, after the items that it had, and with Node's `ERR_STREAM_PREMATURE_CLOSE` when the stream is
 * destroyed before its end. Leaving the client destroys the stream at once, even while it is quiet, which `break` in a
 * `for await` over the stream itself cannot do: `return()` without an error, `throw(error)` with it. They settle when the
 * stream has closed, and reject with an error that comes of that, or was on its way to the client. If a read was waiting,
 * they wait for a turn of the event loop at most.
 *
 * @param readable What to read from, and not to be read by anybody else. It may be a `Duplex`, which is destroyed whole.
 * @returns A client, whose overlapping, cancelled and awaited calls are those of any channel.
 * @throws `TypeError` for what is no Node stream.
 *
 * @example
 * ```ts
 * import { PassThrough } from "node:stream";
 * import { fromReadable } from "coroutine-channels/node";
 *
 * const socket = new PassThrough(); // or a connection that says no more
 * socket.write("Hello");
 * const client = fromReadable(socket);
 * console.log(String(await client.receive())); // => Hello
 * const next = client.next(); // waits
 * await client.return();
 * console.log(socket.destroyed, (await next).done); // => true true
 * ```
 */
export function fromReadable<T = unknown>(readable: Readable): Client<T> {
  if (!has(readable, "read")) {
    throw new TypeError(`Could not read from ${shown(readable)}: pass a Readable of node:stream`);
  }
  return clientOf(new ReadableItems<T>(readable));
}

/** The items of a stream, each taken when it is asked for, and the end of the stream, whenever that comes. */
class ReadableItems<T> implements AsyncIterator<T, unknown> {
  readonly #readable: Readable;
  #listens = false;
  #ended = false;
  #failure: NodeJS.ErrnoException | null | undefined = undefined;
  /** What looks at the stream: for the request that waits, or for the leaving. */
  #looks: () => void = () => {};

  constructor(readable: Readable) {
    this.#readable = readable;
    // An error of a stream that nobody listens to would end the process.
    const unlisten = finished(readable, { writable: false }, (error) => {
      unlisten();
      readable.off("readable", this.#look);
      this.#end(error);
      this.#look();
    });
  }

  next(): Promise<IteratorResult<T, unknown>> {
    // To listen is to make the stream read ahead.
    if (!this.#listens && !this.#ended) this.#readable.on("readable", this.#look);
    this.#listens = true;
    return new Promise((resolve, reject) => {
      this.#looks = () => {
        const item = this.#readable.read() as T | null;
        if (item === null && !this.#ended) return;
        this.#looks = () => {};
        if (item !== null) resolve({ value: item, done: false });
        else if (this.#failure) reject(this.#failure);
        else resolve({ value: undefined, done: true });
      };
      this.#look();
    });
  }

  return(reason: unknown): Promise<IteratorResult<T, unknown>> {
    return new Promise((resolve, reject) => {
      this.#looks = () => {
        const failure = this.#failure;
        if (!this.#ended) return;
        if (failure && failure !== reason && failure.code !== "ERR_STREAM_PREMATURE_CLOSE") {
          reject(failure);
        } else resolve({ value: undefined, done: true });
      };
      this.#readable.destroy(reason instanceof Error ? reason : undefined);
      // Not every stream tells when it has closed.
      if (this.#readable.closed && !this.#ended) this.#end(this.#readable.errored);
      this.#look();
    });
  }

  #end(error: Error | null | undefined): void {
    this.#ended = true;
    this.#failure ??= error;
  }

  readonly #look = (): void => this.#looks();
}
