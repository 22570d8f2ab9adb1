import type { ChannelClosed } from "../core/errors.ts";
import { placeIn } from "./place.ts";

/** When a channel ends, all that wait are told by one and the same stack. */
let last = { stack: "", frames: "" };

function framesIn(stack: string): string {
  if (stack !== last.stack) last = { stack, frames: placeIn(stack).frames };
  return last.frames;
}

/**
 * Lets the stack of an error show the user's frames alone: where the other end closed, and then, if a call has waited, those
 * of that call.
 */
export function completeStack(closed: ChannelClosed, frames: string | undefined): void {
  const { stack } = closed;
  if (typeof stack !== "string") return;
  const parts = [`${closed.name}: ${closed.message}`, framesIn(stack)];
  if (frames !== undefined && frames !== "") parts.push("  which ended the wait of", frames);
  closed.stack = parts.filter((part) => part !== "").join("\n");
}
