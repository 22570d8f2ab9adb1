import type { Settle } from "./abort.ts";

/** The two ends. Each is the other's mirror; only the client opens, and only the server's leaving waits its turn. */
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

/** A call that waits, and the two functions that settle it. */
export class Call {
  side: Side;
  kind: Kind;
  /** What it brings, until that has been handed over. */
  value: unknown;
  resolve: Settle;
  reject: Settle;

  /** Whether a signal may cancel this very object, so that no other call may use it in passing. */
  cancellable = false;
  /** Whether it brings nothing, so that another call may take its place when it is cancelled. */
  receives = false;
  /** Whether it was cancelled after its hand-over, and keeps its place for an answer that nobody wants. */
  abandoned = false;

  next: Call | undefined = undefined;
  previous: Call | undefined = undefined;

  constructor(side: Side, kind: Kind, value: unknown, resolve: Settle, reject: Settle) {
    this.side = side;
    this.kind = kind;
    this.value = value;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Whether it brings a value that must not be lost. */
  get carries(): boolean {
    return this.kind <= SEND && this.value !== undefined;
  }
}
