import { Rendezvous } from "./rendezvous.ts";

/** The class in whose instances the ends of a channel meet. */
export let Meeting: typeof Rendezvous = Rendezvous;

/** Lets the ends of the channels that are created from now on meet in a class of another kind. */
export function meetIn(other: typeof Rendezvous): void {
  Meeting = other;
}
