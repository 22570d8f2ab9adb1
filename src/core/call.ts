import type { Link } from "./queue.ts";
import type { Settle } from "./settle.ts";

/** The two ends, each the other's mirror but for this: only the client opens, and only its leaving is prompt. */
export type Side = typeof CLIENT | typeof SERVER;
export const CLIENT = 0;
export const SERVER = 1;

/** What a call brings, and how its answer is shown. */
export type Kind = typeof NEXT | typeof SEND | typeof THROW | typeof RETURN;
/** Brings a value; is answered with `{ value, done }`. */
export const NEXT = 0;
/** Brings a value; is answered with the bare value, or rejected at the end. */
export const SEND = 1;
/** Brings an error; from the server, the last that the client hears. */
export const THROW = 2;
/** Brings a departure; from the server, the last that the client hears. */
export const RETURN = 3;

/** A call that waits. */
export interface Call extends Link<Call> {
  side: Side;
  kind: Kind;
  /** What it brings, until that has been handed over. */
  value: unknown;
  settle: Settle;
  /** Whether it brings nothing, so that another call may take its place when it is cancelled. */
  receives: boolean;
}

function nobodyListens(): void {}

export function createCall(
  side: Side,
  kind: Kind,
  value: unknown,
  settle: Settle = nobodyListens,
): Call {
  return {
    side,
    kind,
    value,
    settle,
    receives: false,
    next: undefined,
    previous: undefined,
  };
}

/** Whether a call brings a value that must not be lost. */
export function carries(call: Call): boolean {
  return call.kind <= SEND && call.value !== undefined;
}
