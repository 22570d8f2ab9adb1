/** The sequence diagram of what was recorded: drawn here, from plain data, and shown as a picture, which runs nothing. */

import * as inspect from "inspect-of-the-library";

/** @returns The address of a picture; `undefined` where there is nothing to draw. */
export function pictureOf(events: readonly unknown[]): string | undefined {
  if (!inspect.toSVG || events.length === 0) return undefined;
  try {
    const svg = inspect.toSVG(events);
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
  } catch {
    return undefined; // a program may have made up its events
  }
}
