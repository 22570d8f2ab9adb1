import { isPlain, RECEIVE, RETURN, THROW } from "../core/call.ts";
import type { Call, Side } from "../core/call.ts";
import type { ChannelClosed } from "../core/errors.ts";
import { ENDED } from "../core/life.ts";
import type { Life } from "../core/life.ts";
import type { Offer } from "../stream/machine/offer.ts";
import { Transfer } from "../stream/machine/transfer.ts";
import type { Wish } from "../stream/machine/wish.ts";
import type { Handed } from "./events.ts";
import { runObserved } from "./observed.ts";
import { Observer } from "./observer.ts";
import type { Showing } from "./observer.ts";
import { count } from "./text.ts";
import { ops } from "./watched.ts";

type StreamCall = Wish<unknown> | Offer<unknown>;

/** How many items move, never which. */
const showing: Showing<StreamCall> = {
  get entry() {
    return WatchedStream.prototype.enter;
  },
  op(call) {
    if ("supply" in call) return call.supply === undefined ? ops[call.kind]! : "write";
    return call.kind === RECEIVE && !call.borrows ? "read" : ops[call.kind]!;
  },
  brought(call) {
    if (call.kind === THROW) return { value: call.value };
    if (!("supply" in call) || call.kind === RETURN) return undefined;
    const { supply } = call;
    return supply === undefined
      ? items(1)
      : items(supply.source === undefined ? supply.items.length : undefined);
  },
  answer(call, outcome) {
    if ("supply" in call) return ["item", undefined];
    if (isPlain(call.kind)) return answerOf(outcome, call);
    const { value, done } = outcome as IteratorResult<unknown>;
    return done === true ? ["done", undefined] : answerOf(value, call);
  },
};

function answerOf(value: unknown, wish: Wish<unknown>): ReturnType<Showing<StreamCall>["answer"]> {
  if (wish.borrows) return ["item", items(undefined)];
  if (wish.gathered === undefined) return ["item", items(1)];
  const { length } = value as readonly unknown[];
  return [length === 0 ? "done" : "item", items(length)];
}

function items(size: number | undefined): Handed {
  return { text: size === undefined ? "items" : count(size, "item") };
}

/** A {@link Transfer} that tells of every call that comes in, and of every answer. */
export class WatchedStream<T> extends Transfer<T> {
  readonly observer: Observer<StreamCall>;

  constructor(limit: number, name: string | undefined) {
    super(limit, name);
    this.observer = new Observer(this, showing);
  }

  // The frequent transitions find nobody, so that every call comes in through `enter`.

  override join(): boolean {
    return false;
  }

  override meetWish(): undefined {
    return undefined;
  }

  override meetOffer(): undefined {
    return undefined;
  }

  override pull(): undefined {
    return undefined;
  }

  override enter(call: Wish<T> | Offer<T>): void {
    this.observer.enter(call, () => super.enter(call));
  }

  override open(opening: Call): void {
    this.observer.open(opening);
    super.open(opening);
  }

  override giveUp(reason: unknown): void {
    this.observer.cancel(this.opening);
    super.giveUp(reason);
  }

  override run<S, R>(body: (server: S) => R, server: S, lives: readonly Life[] = [this]): R {
    return runObserved(body, server, lives);
  }

  override close(kind: typeof RETURN | typeof THROW, value: unknown): boolean {
    return this.observer.close(() => super.close(kind, value));
  }

  override cancel(call: Wish<T> | Offer<T>, reason: unknown): void {
    this.observer.cancel(call);
    super.cancel(call, reason);
  }

  override destroy(reason: unknown): void {
    if (this.phase !== ENDED) this.observer.abort();
    super.destroy(reason);
  }

  override closedFor(side: Side, undelivered: boolean): ChannelClosed {
    return this.observer.closedFor(() => super.closedFor(side, undelivered));
  }
}
