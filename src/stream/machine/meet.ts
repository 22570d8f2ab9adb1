import { Transfer } from "./transfer.ts";

/** The class in whose instances the ends of a stream meet. */
export let Meeting: typeof Transfer = Transfer;

/** Lets the ends of the streams that are created from now on meet in a class of another kind. */
export function meetIn(other: typeof Transfer): void {
  Meeting = other;
}
