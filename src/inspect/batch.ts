import type { ChannelEvent } from "./events.ts";
import type { Told } from "./waits.ts";

/** What comes from a program that runs. */
export interface Batch {
  readonly events: readonly ChannelEvent[];
  /** How many events there have been for which there was no room. */
  readonly dropped: number;
  /** All that waits now. */
  readonly waits: readonly Told[];
  readonly now: number;
}
