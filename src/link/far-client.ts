import type { Rendezvous } from "../core/rendezvous.ts";
import { servableOf } from "../core/serving.ts";
import { Channel } from "../index.ts";
import type { Client, Server } from "../index.ts";
import { Asking } from "./asking.ts";
import type { Opener } from "./asking-party.ts";
import { relay } from "./relay.ts";
import { serveNear } from "./serve-near.ts";
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
  const lane = servableOf(channel)!;
  const meeting = lane.life as Rendezvous;
  const asking = new Asking(opener, { name, input, signal });
  serveNear(lane, opener, asking, (server: Server<unknown, unknown, unknown>) =>
    relay(server, asking, meeting.brought),
  );
  return channel.client();
}
