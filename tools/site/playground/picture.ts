/** The sequence diagram of what was recorded: drawn here, from plain data, and shown as a picture, which runs nothing. */

import type { ChannelEvent } from "../../../src/inspect/events.ts";
import { toSVG } from "../../../src/inspect/svg.ts";

/** @returns The address of a picture; `undefined` where there is nothing to draw. */
export function pictureOf(events: readonly unknown[]): string | undefined {
  if (events.length === 0) return undefined;
  try {
    return `data:image/svg+xml,${encodeURIComponent(toSVG(events as readonly ChannelEvent[]))}`;
  } catch {
    return undefined; // a program may have made up its events
  }
}
