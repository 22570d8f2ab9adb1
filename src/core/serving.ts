import type { Rendezvous } from "./rendezvous.ts";

/** What {@link serveAll} needs of a channel: where its ends meet, and how to make the end that its body gets. */
export interface Serving<S> {
  readonly meeting: Rendezvous;
  server(): S;
}

export const serving: unique symbol = Symbol("serving");

/** A channel of any kind. Its server ends are of type `S`. */
export interface Servable<S> {
  readonly [serving]?: (() => Serving<S>) | undefined;
}

/** Makes what a class creates able to be served together with others. */
export function makeServable<C extends object, S>(
  prototype: C,
  how: (channel: C) => Serving<S>,
): void {
  Object.defineProperty(prototype, serving, {
    value(this: C): Serving<S> {
      return how(this);
    },
  });
}

/** How to serve a channel, if it is one of ours. */
export function servingOf<S>(channel: Servable<S> | undefined | null): Serving<S> | undefined {
  return channel?.[serving]?.();
}
