import type { Settle } from "./settle.ts";

/**
 * A `next()` that can be taken back. It calls `settle` at the very moment of the hand-over, once, and perhaps at once: a
 * promise would tell when another end has handed over, too. Where foreign code may run in the call, it calls `waits` before
 * that, with what withdraws the request, so that it can be withdrawn from inside.
 *
 * @returns Withdraws the request, to be called only while it waits; nothing for an end that cannot do this now.
 */
export type Ask<E> = (
  end: E,
  settle: Settle,
  waits?: (withdraw: () => void) => void,
) => (() => void) | undefined;

const key = Symbol("ask");

interface Askable<E> {
  [key]?: Ask<E>;
}

/** Makes what a class creates able to be asked. */
export function makeAskable<E>(prototype: E, how: Ask<E>): void {
  (prototype as Askable<E>)[key] = how;
}

/** Asks an end, if it is one of ours. */
export const ask: Ask<unknown> = (end, settle, waits) =>
  (end as Askable<unknown>)[key]?.(end, settle, waits);
