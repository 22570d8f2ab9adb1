import { assertBody, Channel } from "./channel.ts";
import type { Body, ChannelOptions } from "./channel.ts";
import type { Client } from "./end.ts";

/**
 * A generator function written as a producer: a channel and its {@link Channel.serve}, started by the client's first
 * request.
 *
 * `body` is to `async function*` what `await server.send(item)` is to `yield item`; where the two differ stands at
 * {@link Channel.serve}.
 *
 * @param body Gets the server end. It runs when the first item is asked for, and never if the client leaves before.
 * @returns The client end. It rejects with what the body throws; leaving it waits for the body to clean up.
 * @throws `TypeError` when `body` is no function.
 *
 * @example
 * ```ts
 * import { produce } from "coroutine-channels";
 *
 * const letters = produce<string>(async (server) => {
 *   await server.send("A");
 *   await server.send("B");
 * });
 * for await (const letter of letters) console.log(letter);
 * // => A
 * // => B
 * ```
 */
export function produce<T, U = void, R = void>(
  body: Body<T, U, R>,
  options?: ChannelOptions,
): Client<T, U, R> {
  assertBody(body);
  const channel = new Channel<T, U, R>(options);
  void channel.serve(body);
  return channel.client();
}
