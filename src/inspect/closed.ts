import type { ChannelClosed } from "../core/errors.ts";
import { placeIn } from "./place.ts";

/**
 * Lets the stack of an error show the user's frames alone: where the other end closed, and then, if a call has waited, those
 * of that call.
 */
export function completeStack(closed: ChannelClosed, frames: string | undefined): void {
  const { stack } = closed;
  if (typeof stack !== "string") return;
  const parts = [`${closed.name}: ${closed.message}`, placeIn(stack).frames];
  if (frames !== undefined && frames !== "") parts.push("  which ended the wait of", frames);
  closed.stack = parts.filter((part) => part !== "").join("\n");
}
