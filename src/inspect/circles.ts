import { lookupIn, routineToAnswer } from "./waits.ts";
import type { Waiting } from "./waits.ts";

/**
 * The circles in which routines wait for each other: each waits for the end that the next one has used last, and the last for
 * the first. Every circle begins with the call that waits longest.
 *
 * No circle leads through a routine in which several calls wait, since one of them may be answered from elsewhere.
 */
export function circlesIn(waiting: readonly Waiting[]): Waiting[][] {
  const lookup = lookupIn(waiting);
  const circles: Waiting[][] = [];
  const seen = new Set<Waiting>();
  for (const start of waiting) {
    const path: Waiting[] = [];
    let at = start.routine && lookup(start.routine);
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      const next = routineToAnswer(at);
      at = next && lookup(next);
    }
    const first = at === undefined ? -1 : path.indexOf(at);
    const circle = first < 0 ? [] : path.slice(first);
    // Of one function that seems to wait for itself, another run may have been meant.
    if (circle.length > 1 || circle[0]?.routine?.certain === true)
      circles.push(oldestFirst(circle));
  }
  return circles;
}

function oldestFirst(circle: Waiting[]): Waiting[] {
  const calls = circle.map(({ call }) => call);
  const first = calls.indexOf(Math.min(...calls));
  return [...circle.slice(first), ...circle.slice(0, first)];
}
