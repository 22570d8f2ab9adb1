import type { Link } from "./link.ts";

/** Closes a link that nobody uses any more: why it could not be closed is of no use, either. */
export function shut(link: Link): void {
  try {
    link.close();
  } catch {
    // It should not have thrown.
  }
}
