import type { Link } from "./queue.ts";
import type { Settle } from "./settle.ts";

/** The two ends, each the other's mirror but for this: only the client opens, and only its leaving is prompt. */
export type Side = typeof CLIENT | typeof SERVER;
export const CLIENT = 0;
export const SERVER = 1;

/** The other end. */
export function opposite(side: Side): Side {
  return side === CLIENT ? SERVER : CLIENT;
}

/** What a call brings, and how its answer is shown. */
export type Kind =
  | typeof OPEN
  | typeof RECEIVE
  | typeof SEND
  | typeof PUT
  | typeof NEXT
  | typeof THROW
  | typeof RETURN;
/** Waits for the client's first request, and takes nothing of it; is rejected at the end. */
export const OPEN = 0;
/** Brings nothing, which is handed over as `undefined`; is answered with the bare value, or rejected at the end. */
export const RECEIVE = 1;
/** Brings a value; is answered as `RECEIVE` is. */
export const SEND = 2;
/** Brings a value; waits for no answer, and leaves its place open. */
export const PUT = 3;
/** Brings a value, or nothing if that is `undefined`; is answered with `{ value, done }`. */
export const NEXT = 4;
/** Brings an error; from the server, the last that the client hears. */
export const THROW = 5;
/** Brings a departure; from the server, the last that the client hears. */
export const RETURN = 6;

/** A call that waits. */
export interface Call extends Link<Call> {
  side: Side;
  kind: Kind;
  /** The value that it brings, until that has been handed over; in the end the outcome that it is settled with. */
  value: unknown;
  settle: Settle;
  /** The promise that its caller holds. */
  answered: Promise<unknown> | undefined;
}

export function nobodyListens(): void {}

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
    answered: undefined,
    next: undefined,
    previous: undefined,
  };
}

/** Whether a call of this kind speaks in plain values, and not the iteration protocol. */
export function isPlain(kind: Kind): boolean {
  return kind < NEXT;
}

/** Whether a call brings an item, be it `undefined`, and neither an error nor a departure. */
export function bringsItem(call: Call): boolean {
  return call.kind <= NEXT;
}

/** Whether a call only asks, so that it may take an open place. */
export function asks(call: Call): boolean {
  return call.kind === RECEIVE || (call.kind === NEXT && call.value === undefined);
}
