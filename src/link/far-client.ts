import type { Rendezvous } from "../core/rendezvous.ts";
import { servableOf } from "../core/serving.ts";
import { Channel } from "../index.ts";
import type { Client } from "../index.ts";
import { Asking } from "./asking.ts";
import type { Opener } from "./asking-party.ts";
import { relay } from "./relay.ts";
import type { ClientOptions } from "./services.ts";

/** The client end of a near channel whose body is a relay to the other side. */
export function farClient(
  opener: Opener,
  name: string,
  input: unknown,
  { signal, limit }: ClientOptions = {},
): Client<unknown, unknown, unknown> {
  const channel = new Channel<unknown, unknown, unknown>({ signal, limit, name });
  const meeting = servableOf(channel)!.life as Rendezvous;
  const asking = new Asking(opener, { name, input, signal });
  // What the relay throws is told to the client.
  channel.serve((server) => relay(server, asking, meeting.brought)).catch(() => {});
  return channel.client();
}
