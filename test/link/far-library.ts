/** The library, with far ends in place of near ones: what `?far` gives to test files in place of `coroutine-channels`. */
import { ChannelClosed } from "coroutine-channels";
import type { Body, ChannelOptions, Client, Reader, Server, Writer } from "coroutine-channels";

import { deferred } from "../support/deferred.ts";
import { farService, farStream } from "./by-reference.ts";

export * from "coroutine-channels";

/** A body that waits for the one that serves, and tells what comes of it as `serve()` does. */
class Serving<E extends { readonly signal: AbortSignal }, R> {
  #serve!: (body: (end: E) => R | PromiseLike<R>) => void;
  readonly #body = new Promise<(end: E) => R | PromiseLike<R>>((resolve) => {
    this.#serve = resolve;
  });

  /** What runs on the other side. Who leaves what nobody serves is not kept waiting. */
  readonly run = async (end: E): Promise<R> => {
    const left = deferred<undefined>();
    const leave = (): void => left.resolve(undefined);
    end.signal.addEventListener("abort", leave);
    const body = await Promise.race([this.#body, left.promise]);
    end.signal.removeEventListener("abort", leave);
    return body?.(end) as R;
  };

  serve(body: (end: E) => R | PromiseLike<R>): Promise<R> {
    const served = new Promise<R>((resolve, reject) => {
      this.#serve(async (end) => {
        try {
          const result = await body(end);
          resolve(result);
          return result;
        } catch (error) {
          // That the client has left is no error.
          if (error instanceof ChannelClosed && end.signal.aborted) resolve(undefined as R);
          else reject(error);
          throw error;
        }
      });
    });
    // Its error is told to the client, too.
    served.catch(() => {});
    return served;
  }

  /** An end that is held outside of a body: that ends when it is told that the other side has left. */
  hold(): Promise<E> {
    return new Promise((resolve) => {
      void this.serve((end) => {
        resolve(end);
        return new Promise((over) => {
          end.signal.addEventListener("abort", () => over(undefined as R));
        });
      });
    });
  }
}

/** A channel whose server end is on the other side of a session. */
export class Channel<T, U = void, R = void> {
  readonly #serving: Serving<Server<T, U, R>, R> = new Serving();
  readonly #client: Client<T, U, R>;

  constructor(options?: ChannelOptions) {
    this.#client = farService<T, U, R>(this.#serving.run, options);
  }

  get closed(): boolean {
    return this.#client.signal.aborted;
  }

  client(): Client<T, U, R> {
    return this.#client;
  }

  server(): Promise<Server<T, U, R>> {
    return this.#serving.hold();
  }

  serve(body: Body<T, U, R>): Promise<R> {
    return this.#serving.serve(body);
  }
}

/** A stream whose writer is on the other side. */
export class StreamChannel<T> {
  readonly #serving: Serving<Writer<T>, void> = new Serving();
  readonly #reader: Reader<T>;

  constructor(options?: ChannelOptions) {
    this.#reader = farStream<T>(this.#serving.run, options);
  }

  get closed(): boolean {
    return this.#reader.signal.aborted;
  }

  client(): Reader<T> {
    return this.#reader;
  }

  server(): Promise<Writer<T>> {
    return this.#serving.hold();
  }

  serve(body: (writer: Writer<T>) => void | PromiseLike<void>): Promise<void> {
    return this.#serving.serve(body);
  }
}

export function produce<T, U = void, R = void>(
  body: Body<T, U, R>,
  options?: ChannelOptions,
): Client<T, U, R> {
  return farService<T, U, R>(body, options);
}
