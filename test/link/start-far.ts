/** Ends of bodies that are on the other side of a session. */
import type { Client, Reader, Server, Writer } from "coroutine-channels";
import type { Session } from "coroutine-channels/link";

interface Options {
  readonly signal?: AbortSignal | undefined;
  readonly limit?: number | undefined;
}

/** Starts bodies somewhere, and gives the other ends of their channels. */
export interface Start {
  /** The client end of a body: `produce`, wherever that is. */
  service<T, U = void, R = void>(
    body: (server: Server<T, U, R>) => R | PromiseLike<R>,
    options?: Options,
  ): Client<T, U, R>;
  /** The reader of a body. */
  stream<T>(body: (writer: Writer<T>) => void | PromiseLike<void>, options?: Options): Reader<T>;
}

let services = 0;

/** Starts them on the far side. */
export function startFar(near: Session, far: Session): Start {
  return {
    service(body, options) {
      const name = `service ${++services}`;
      far.serve(name, body);
      return near.client(name, undefined, options);
    },
    stream(body, options) {
      const name = `service ${++services}`;
      far.serveStream(name, body);
      return near.reader(name, undefined, options);
    },
  };
}
