/** Events written by hand, for tests of what is made of them. */

import type { ChannelEvent } from "../../src/inspect/events.ts";

type Without<E> = E extends unknown ? Omit<E, "t" | "channel"> : never;
export type Written = Without<ChannelEvent> & { readonly t?: number; readonly channel?: number };

/** One millisecond after another, ten seconds after the beginning, on channel 1, unless they say otherwise. */
export function eventsOf(...events: readonly Written[]): ChannelEvent[] {
  return events.map((event, i) => ({ t: 10_000 + i, channel: 1, ...event }));
}

/** A channel that is made and served. */
export function served(
  name: string,
  routine: string,
  channel = 1,
  call = channel * 100,
): Written[] {
  return [
    { type: "channel", channel, name, at: "main (app.js:1:1)" },
    {
      type: "call",
      channel,
      end: "server",
      call,
      op: "serve",
      at: "main (app.js:2:2)",
      routine: "main",
    },
    { type: "answer", channel, end: "server", call, how: "item", by: call + 1 },
    { type: "body", channel, end: "server", routine },
  ];
}
