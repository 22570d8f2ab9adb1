import type { Rendezvous } from "../core/rendezvous.ts";
import { serve, servableOf } from "../core/serving.ts";
import { Channel } from "../index.ts";
import type { Client, Server } from "../index.ts";
import { Asking } from "./asking.ts";
import type { Opener } from "./asking-party.ts";
import { relay } from "./relay.ts";
import { assertName } from "./services.ts";
import type { ClientOptions } from "./services.ts";

/**
 * The client end of a near channel whose body is a relay to the other side.
 *
 * @throws `TypeError` for what is no name.
 */
export function farClient(
  opener: Opener,
  name: string,
  input: unknown,
  { signal, limit }: ClientOptions = {},
): Client<unknown, unknown, unknown> {
  assertName(name);
  const channel = new Channel<unknown, unknown, unknown>({ signal, limit, name });
  const { life, createEnd } = servableOf(channel)!;
  const asking = new Asking(opener, { name, input, signal });
  const open = (): Server<unknown, unknown, unknown> => {
    opener.called(asking);
    return createEnd() as Server<unknown, unknown, unknown>;
  };
  const body = (server: Server<unknown, unknown, unknown>): Promise<unknown> =>
    relay(server, asking, (life as Rendezvous).brought);
  // What the relay throws is told to the client.
  serve(life, open, body, undefined).catch(() => opener.giveUp(asking));
  return channel.client();
}
