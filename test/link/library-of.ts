/** The library over bodies that something starts elsewhere: there, a server end is always that of a body. */
import { ChannelClosed } from "coroutine-channels";
import type { Body, ChannelOptions, Client, Reader, Server, Writer } from "coroutine-channels";

import type { Start } from "./start-far.ts";

/** Whether it says that the client has left, which is no error: what an end was told, or an abort for that. */
function isDeparture(error: unknown, { aborted }: AbortSignal): boolean {
  const { name, cause } = (error ?? {}) as Error;
  return aborted && (name === "AbortError" ? cause : error) instanceof ChannelClosed;
}

/** Some runtimes collect a signal that stands for others, and is listened to, if nobody has it. */
const watched = new Set<AbortSignal>();

/** Resolves to why an end's signal has aborted. Tests count the listeners of such a signal, and so it has none of its own. */
function aborted(end: AbortSignal): Promise<ChannelClosed> {
  const signal = AbortSignal.any([end]);
  return new Promise((resolve) => {
    const tell = (): void => {
      watched.delete(signal);
      resolve(signal.reason as ChannelClosed);
    };
    watched.add(signal);
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell);
  });
}

/** A body that waits for the one that serves, and tells what comes of it as `serve()` does. */
class Serving<E extends { readonly signal: AbortSignal }, R> {
  #serve!: (body: (end: E) => R | PromiseLike<R>) => void;
  readonly #body = new Promise<(end: E) => R | PromiseLike<R>>((resolve) => {
    this.#serve = resolve;
  });

  /** What runs on the other side. Who leaves what nobody serves is not kept waiting. */
  readonly run = async (end: E): Promise<R> => {
    const left = aborted(end.signal).then(() => undefined);
    const body = await Promise.race([this.#body, left]);
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
          if (isDeparture(error, end.signal)) resolve(undefined as R);
          else reject(error);
          throw error;
        }
      });
    });
    // Its error is told to the client, too.
    served.catch(() => {});
    return served;
  }

  /**
   * An end that is held outside of its body, which is over when the client leaves; an abort is told to the calls.
   *
   * @param client The signal of the other end: when that is over and has asked for nothing, no body runs.
   */
  hold(client: AbortSignal): Promise<E> {
    return new Promise((resolve, reject) => {
      void aborted(client).then(reject);
      void this.serve((end) => {
        resolve(end);
        return new Promise((over) => {
          void aborted(end.signal).then(({ cause }) => {
            if (cause === undefined) over(undefined as R);
          });
        });
      });
    });
  }
}

/** What stands in place of what `coroutine-channels` exports under these names. */
// eslint-disable-next-line typescript/explicit-module-boundary-types, typescript/explicit-function-return-type
export function libraryOf(start: Start) {
  class Channel<T, U = void, R = void> {
    readonly #serving: Serving<Server<T, U, R>, R> = new Serving();
    readonly #client: Client<T, U, R>;

    constructor(options?: ChannelOptions) {
      this.#client = start.service<T, U, R>(this.#serving.run, options);
    }

    get closed(): boolean {
      return this.#client.signal.aborted;
    }

    client(): Client<T, U, R> {
      return this.#client;
    }

    server(): Promise<Server<T, U, R>> {
      return this.#serving.hold(this.#client.signal);
    }

    serve(body: Body<T, U, R>): Promise<R> {
      return this.#serving.serve(body);
    }
  }

  class StreamChannel<T> {
    readonly #serving: Serving<Writer<T>, void> = new Serving();
    readonly #reader: Reader<T>;

    constructor(options?: ChannelOptions) {
      this.#reader = start.stream<T>(this.#serving.run, options);
    }

    get closed(): boolean {
      return this.#reader.signal.aborted;
    }

    client(): Reader<T> {
      return this.#reader;
    }

    server(): Promise<Writer<T>> {
      return this.#serving.hold(this.#reader.signal);
    }

    serve(body: (writer: Writer<T>) => void | PromiseLike<void>): Promise<void> {
      return this.#serving.serve(body);
    }
  }

  const produce = <T, U = void, R = void>(
    body: Body<T, U, R>,
    options?: ChannelOptions,
  ): Client<T, U, R> => start.service<T, U, R>(body, options);

  return { Channel, StreamChannel, produce };
}
