import { Channel } from "../index.ts";
import type { Client, Server } from "../index.ts";
import { Source } from "./source.ts";

/**
 * Makes a client end of a foreign stream, which is asked once for each request.
 *
 * The server end is a bare one, so that a client that leaves waits for nothing but the closing of the stream: to leave the
 * client is to leave the stream, whatever that is doing, and even if nothing has been asked of it yet.
 *
 * @param over Is called when the stream has ended or failed, and when it has been left. Perhaps more than once.
 */
export function clientOf<T>(
  stream: AsyncIterator<T, unknown>,
  over: () => void = () => {},
): Client<T> {
  const channel = new Channel<T>();
  const client = channel.client();
  const { return: returnOf } = client;

  let server: Server<T>;
  const ask = (): void => source.ask();
  const left = (): void => {};
  const taker = {
    give: (item: T) => void server.send(item).then(ask, left),
    end() {
      over();
      void server.return();
    },
    fail(error: unknown) {
      over();
      void server.throw(error);
    },
  };
  const source = new Source<T>(stream, taker, true);
  channel.server().then((opened) => {
    server = opened;
    ask();
  }, left);

  function leave(reason: unknown): Promise<void> {
    const closed = source.leave(reason);
    over();
    return closed;
  }

  return Object.assign(client, {
    async return(value?: void | PromiseLike<void>) {
      const returned = returnOf.call(client, value);
      returned.catch(() => {}); // told below
      // An end that is given a promise awaits that, and calls this again with what it gives.
      if (channel.closed) await leave(value);
      return returned;
    },

    async throw(error: unknown) {
      returnOf.call(client, undefined).catch(() => {}); // settles the requests that wait
      await leave(error);
      throw error;
    },
  });
}
