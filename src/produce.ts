import { Channel } from "./channel.ts";
import type { ChannelOptions } from "./channel-options.ts";
import type { Body } from "./channel.ts";
import { assertBody } from "./core/serving.ts";
import type { Client } from "./end.ts";

/**
 * A generator function written as a producer: a channel and its {@link Channel.serve}, started by the client's first
 * request.
 *
 * `body` is to `async function*` what `await server.send(item)` is to `yield item`; where the two differ stands at
 * {@link Channel.serve}.
 *
 * @param body Gets the server end. It runs when the first item is asked for, and never if the client leaves before.
 * @param options As for a {@link Channel}.
 * @returns The client end. It rejects with what the body throws; leaving it waits for the body to clean up.
 * @throws `TypeError` when `body` is no function; `RangeError` for a `limit` that is no positive integer.
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
 *
 * @example A client that speaks first
 * ```ts
 * import { produce } from "coroutine-channels";
 *
 * const greeter = produce<string, string>(async (server) => {
 *   let name = await server.receive();
 *   for (;;) name = await server.send(`Hello, ${name}`);
 * });
 * console.log(await greeter.send("Ann")); // => Hello, Ann
 * console.log(await greeter.send("Bob")); // => Hello, Bob
 * await greeter.return();
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
