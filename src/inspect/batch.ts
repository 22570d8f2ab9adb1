import type { ChannelEvent } from "./events.ts";
import type { Moment } from "./waits.ts";

/** What the page of a program that runs is sent, again and again. */
export interface Batch extends Moment {
  readonly events: readonly ChannelEvent[];
  /** How many events there have been for which there was no room. */
  readonly dropped: number;
}
