import { observe, withValue } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import { builtin } from "./process.ts";

interface Diagnostics {
  channel(name: string): {
    readonly hasSubscribers: boolean;
    publish(event: ChannelEvent): void;
  };
}

/** Publishes every event on the platform's diagnostics channel, where there is one. */
export function publish(values: boolean): void {
  const diagnostics = builtin("node:diagnostics_channel") as Diagnostics | undefined;
  const channel = diagnostics?.channel("coroutine-channels");
  if (channel === undefined) return;
  observe((event, handed) => {
    if (channel.hasSubscribers) channel.publish(withValue(event, handed, values));
  });
}
