import { nobodyListens, SERVER } from "../../core/call.ts";
import type { Call, Kind } from "../../core/call.ts";
import type { Settle } from "../../core/settle.ts";
import type { Supply } from "./supply.ts";

/** A call of the writer. It waits until its items have been taken, and, but for a `put`, until more is wanted. */
export class Offer<T> implements Call {
  readonly side: typeof SERVER = SERVER;
  readonly kind: Kind;
  /** Its one item, until that has been taken; the error with which the writer closes; in the end its outcome. */
  value: unknown;
  /** What it offers instead of the one item. */
  readonly supply: Supply<T> | undefined;
  /** Whether it has come in and has not been answered. */
  waits = false;
  settle: Settle = nobodyListens;
  answered: Promise<unknown> | undefined = undefined;
  next: Offer<T> | undefined = undefined;
  previous: Offer<T> | undefined = undefined;

  constructor(kind: Kind, value: unknown, supply?: Supply<T>) {
    this.kind = kind;
    this.value = value;
    this.supply = supply;
  }
}
