import { CLIENT, NEXT, nobodyListens } from "../../core/call.ts";
import type { Call, Kind } from "../../core/call.ts";
import type { Settle } from "../../core/settle.ts";

/** A call of the reader. It waits until its wish is filled. */
export class Wish<T> implements Call {
  readonly side: typeof CLIENT = CLIENT;
  readonly kind: Kind;
  /** The error or the departure that it brings, until the writer has heard of it; in the end its outcome. */
  value: unknown;
  /** How many items it lacks; none as long as the writer has not heard of what it brings. */
  lacks: number;
  /** Where a wish for many gathers its items. */
  gathered: T[] | undefined;
  /** Whether it takes no item, but an iterator that will. */
  readonly borrows: boolean;
  /** Whether it has come in and has not been answered. */
  waits = false;
  settle: Settle = nobodyListens;
  answered: Promise<unknown> | undefined = undefined;
  next: Wish<T> | undefined = undefined;
  previous: Wish<T> | undefined = undefined;

  constructor(kind: Kind, value: unknown, lacks: number, gathered?: T[], borrows = false) {
    this.kind = kind;
    this.value = value;
    this.lacks = lacks;
    this.gathered = gathered;
    this.borrows = borrows;
  }

  /** Whether it is one for an item and nothing else, as `next()` has it. */
  get single(): boolean {
    return this.kind === NEXT && this.gathered === undefined && !this.borrows;
  }
}
